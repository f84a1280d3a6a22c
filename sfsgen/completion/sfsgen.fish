# Completion of sfsgen in fish. `sfsgen completion fish` prints it.
function __sfsgen_complete
    set -l program (commandline -opc)[1]
    set -l token (commandline -ct)
    set -l answer ("$program" __complete fish (commandline -pc | string collect) 2>/dev/null)
    switch "$answer[1]"
        case files
            set -l option (string match -r -- '^-[^=]*=' $token)
            __fish_complete_path (string replace -r -- '^-[^=]*=' '' $token) | string replace -r -- '^' "$option"
        case folders
            set -l option (string match -r -- '^-[^=]*=' $token)
            __fish_complete_directories (string replace -r -- '^-[^=]*=' '' $token) '' | string replace -r -- '^' "$option"
        case '*'
            printf '%s\n' $answer[2..-1]
    end
end
complete -c sfsgen -e
complete -c sfsgen -f -k -a '(__sfsgen_complete)'
