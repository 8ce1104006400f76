"""The scripts that teach the shells: each asks the program itself at every `<TAB>`."""

_BASH = r"""# Completions of sendx for bash.
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
"""

_ZSH = r"""#compdef sendx sendx-cli
# Completions of sendx for zsh.
_sendx() {
  local -a reply values shown
  local line kind
  reply=("${(@f)$(_SENDX_COMPLETE=zsh ${~words[1]} "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" \
    2>/dev/null)}")
  kind=$reply[1]
  if [[ $kind = files ]]; then
    _files
    return
  fi
  for line in "${(@)reply[2,-1]}"; do
    values+=("${line%%$'\t'*}")
    if [[ -n ${line#*$'\t'} ]]; then
      shown+=("${line%%$'\t'*}  -- ${line#*$'\t'}")
    else
      shown+=("${line%%$'\t'*}")
    fi
  done
  (( $#values )) || return 1
  if [[ $kind = open ]]; then
    compadd -V sendx -S '' -l -d shown -a values
  else
    compadd -V sendx -l -d shown -a values
  fi
}
if [[ $funcstack[1] = _sendx ]]; then
  _sendx "$@"
else
  compdef _sendx sendx sendx-cli
fi
"""

_FISH = r"""# Completions of sendx for fish.
function __sendx_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current 2>/dev/null; or string trim -l -c '"\'' -- $current)
    set -l reply (env _SENDX_COMPLETE=fish $words[1] $words[2..-1] "$plain" 2>/dev/null)
    if test "$reply[1]" = files
        __fish_complete_path $current
    else if set -q reply[2]
        printf '%s\n' $reply[2..-1]
    end
end
complete -c sendx -f -k -a '(__sendx_complete)'
complete -c sendx-cli -f -k -a '(__sendx_complete)'
"""

_POWERSHELL = r"""# Completions of sendx for PowerShell.
$sendxCompleter = {
    param($wordToComplete, $commandAst, $cursorPosition)
    $Env:_SENDX_COMPLETE = "powershell"
    $Env:_SENDX_LINE = $commandAst.ToString()
    $Env:_SENDX_WORD = $wordToComplete
    $reply = @(& $commandAst.CommandElements[0].Value 2>$null)
    Remove-Item Env:_SENDX_COMPLETE, Env:_SENDX_LINE, Env:_SENDX_WORD -ErrorAction Ignore
    $reply | Select-Object -Skip 1 | ForEach-Object {
        $text, $help = $_ -split "`t", 2
        if (-not $help) { $help = $text }
        $plain = $text -match '^[\w./:=+-][\w./:=+@-]*$'
        $inside = $text -replace "['\u2018-\u201b]", '$0$0'
        $quoted = if ($plain) { $text } else { "'" + $inside + "'" }
        [System.Management.Automation.CompletionResult]::new(
            $quoted, $text, 'ParameterValue', $help)
    }
}
Register-ArgumentCompleter -Native -CommandName sendx, sendx-cli -ScriptBlock $sendxCompleter
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}
"""By shell."""
