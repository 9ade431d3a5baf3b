import { COMPLETE_WORD, type Shell } from './shells.ts';

/**
 * What the user's shell reads once: `source <(ambassador completion bash)`. What the program answers holds words of the network: no script has its shell
 * read them as anything but text. For bash and PowerShell the program writes them quoted, zsh and fish quote them themselves.
 */
export function writeCompletionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return `_ambassador() {
  local reply
  COMPREPLY=()
  while IFS= read -r reply; do
    COMPREPLY+=("$reply")
  done < <(ambassador ${COMPLETE_WORD} bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _ambassador ambassador`;
    case 'zsh':
      return `#compdef ambassador
_ambassador() {
  local -a replies
  replies=("\${(@f)$(ambassador ${COMPLETE_WORD} zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  if (( \${#replies[1]} )); then compadd -a replies; else _default; fi
}
if [ "$funcstack[1]" = "_ambassador" ]; then
  _ambassador "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _ambassador ambassador
fi`;
    case 'fish':
      return `complete -c ambassador -f -a '(ambassador ${COMPLETE_WORD} fish (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`;
    case 'powershell':
      // Before 7.3 an empty word is passed on as nothing.
      return `Register-ArgumentCompleter -Native -CommandName ambassador -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $position } | ForEach-Object { "$_" })
  if ($word -eq '') { $words += $(if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' }) }
  ambassador ${COMPLETE_WORD} powershell @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}`;
    default:
      return shell satisfies never;
  }
}
