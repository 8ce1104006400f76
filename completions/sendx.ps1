# Completions of sendx for PowerShell.
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
