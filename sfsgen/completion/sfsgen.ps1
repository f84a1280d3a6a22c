# Completion of sfsgen in PowerShell 5 or newer. `sfsgen completion powershell` prints it.
Register-ArgumentCompleter -Native -CommandName sfsgen -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
    $words = @($before | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    $program = $words[0]
    $words = @($words | Select-Object -Skip 1)
    # A quote may be open; an empty argument is lost on its way to a program: "=" stands before it.
    $typed = $wordToComplete.TrimStart([char[]]"'`"")
    $answer = @(& $program __complete powershell "=$typed" @words 2>$null)
    if ($answer.Count -eq 0) { return }
    if ($answer[0] -eq 'files' -or $answer[0] -eq 'folders') {
        $option = if ($wordToComplete -match '^-[^=]*=') { $Matches[0] } else { '' }
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete.Substring($option.Length)) |
            Where-Object { $answer[0] -eq 'files' -or $_.ResultType -eq 'ProviderContainer' } |
            ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($option + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip)
            }
        return
    }
    # Without any result PowerShell would offer files.
    if ($answer.Count -eq 1) { return '' }
    $answer | Select-Object -Skip 1 | ForEach-Object {
        $value, $shown, $help = $_ -split "`t", 3
        [System.Management.Automation.CompletionResult]::new($value, $shown, 'ParameterValue', $help)
    }
}
