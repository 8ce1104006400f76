# Completions of sendx for fish.
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
