# shellcheck shell=bash
# Completion of sfsgen in bash 3.2 or newer. `sfsgen completion bash` prints it.
_sfsgen() {
    local program=${1:-${COMP_WORDS[0]}} kind='' line typed=${COMP_LINE-}
    typed=${typed:0:${COMP_POINT:-0}}
    if [[ -z $typed ]]; then
        # Called by a function that knows only the words, which bash splits at = and :.
        printf -v typed '%s ' "${COMP_WORDS[@]:0:COMP_CWORD}"
        typed+=${COMP_WORDS[COMP_CWORD]}
        typed=${typed// = /=} typed=${typed// : /:} typed=${typed/% =/=} typed=${typed/% :/:}
    fi
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
    done < <("${program/#\~/$HOME}" __complete bash "$COMP_WORDBREAKS" "${COMP_TYPE:-9}" \
        "${COLUMNS:-80}" "$typed" 2>/dev/null)
    # Without one of these, readline offers files where nothing else is offered.
    case $kind in
        files) ;;
        folders) compopt +o default -o dirnames 2>/dev/null || : ;;
        *) compopt +o default 2>/dev/null || : ;;
    esac
    return 0
}
complete -o default -F _sfsgen sfsgen
