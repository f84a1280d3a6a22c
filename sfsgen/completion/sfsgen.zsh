#compdef sfsgen
# Completion of sfsgen in zsh. `sfsgen completion zsh` prints it.
_sfsgen() {
    local program=${(Q)words[1]} kind line
    local -a answer values shown
    program=${program/#\~/$HOME}
    answer=("${(@f)$("$program" __complete zsh "=${(Q)PREFIX}" "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}")
    kind=$answer[1]
    shift answer
    [[ $PREFIX == -*=* ]] && compset -P 1 '*='
    case $kind in
        files) _files; return ;;
        folders) _files -/; return ;;
    esac
    for line in $answer; do
        values+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done
    (( $#values )) || return 1
    # As they come: commands and options have an order.
    if [[ $answer[1] == *$'\t'* ]]; then
        compadd -V sfsgen -l -d shown -a values
    else
        compadd -V sfsgen -a values
    fi
}
compdef _sfsgen sfsgen
# As a file of $fpath it is loaded when it is called first.
[[ $funcstack[1] == _sfsgen ]] && _sfsgen
