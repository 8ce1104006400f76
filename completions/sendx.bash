# Completions of sendx for bash.
_sendx_completion() {
    local IFS=$'\n' kind line current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    {
        read -r kind
        while IFS= read -r line; do COMPREPLY+=("$line"); done
    } < <(_SENDX_COMPLETE=bash _SENDX_LINE="${COMP_LINE:0:COMP_POINT}" \
        _SENDX_BREAKS="$COMP_WORDBREAKS" "$1" 2>/dev/null)
    case $kind in
        files) compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$current")) ;;
        open) compopt -o nospace 2>/dev/null ;;
    esac
    return 0
}
complete -o nosort -F _sendx_completion sendx sendx-cli 2>/dev/null ||
    complete -F _sendx_completion sendx sendx-cli
