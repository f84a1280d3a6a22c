# shellcheck shell=bash
# Completion of sfsgen in bash 3.2 or newer. `sfsgen completion bash` prints it.
_sfsgen() {
    local kind='' line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <("${1/#\~/$HOME}" __complete bash "$COMP_WORDBREAKS" "${COMP_TYPE:-9}" \
        "${COLUMNS:-80}" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    # Without one of these, readline offers files where nothing else is offered.
    case $kind in
        files) ;;
        folders) compopt +o default -o dirnames 2>/dev/null ;;
        *) compopt +o default 2>/dev/null ;;
    esac
    return 0
}
complete -o default -F _sfsgen sfsgen
