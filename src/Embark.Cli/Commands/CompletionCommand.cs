using System.CommandLine;
using System.CommandLine.Completions;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary><c>embark completion bash|zsh|fish</c>: scripts that ask <c>embark __complete</c> for what fits.</summary>
internal static class CompletionCommand
{
    public const string Ask = "__complete";

    private const string Bash = """
        # Load with: source <(embark completion bash)
        _embark() {
            local line
            COMPREPLY=()
            while IFS= read -r line; do COMPREPLY+=("$line"); done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -o default -F _embark embark
        """;

    private const string Zsh = """
        #compdef embark
        # Load with: source <(embark completion zsh)
        _embark() {
            local -a found
            found=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            if [[ -n ${found[1]} ]]; then compadd -- "${found[@]}"; else _files; fi
        }
        compdef _embark embark
        """;

    private const string Fish = """
        # Load with: embark completion fish | source
        complete -c embark -f -a '(set -l words (commandline -opc) (commandline -ct); $words[1] __complete $words[2..] 2>/dev/null)'
        """;

    public static Command Make(Terminal terminal)
    {
        var command = new Command("completion", "Print a completion script for a shell");
        foreach (var (shell, script) in new[] { ("bash", Bash), ("zsh", Zsh), ("fish", Fish) })
        {
            var one = new Command(shell, $"for {shell}");
            one.SetAction(_ => terminal.Out.WriteLine(script));
            command.Add(one);
        }
        return command;
    }

    /// <summary>Prints what may stand for the last word, one a line.</summary>
    public static void Answer(Command root, IReadOnlyList<string> words, Terminal terminal)
    {
        var last = words.Count == 0 ? "" : words[^1];
        var parsed = root.Parse(words.Take(words.Count - 1).ToArray());
        var offered = new List<string>();
        var option = parsed.CommandResult.Command.Options.FirstOrDefault(o => words.Count > 1 && (o.Name == words[^2] || o.Aliases.Contains(words[^2])));
        if (option is { Arity.MinimumNumberOfValues: > 0 }) offered.AddRange(option.GetCompletions(CompletionContext.Empty).Select(item => item.InsertText ?? item.Label));
        else
        {
            offered.AddRange(parsed.CommandResult.Command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name));
            if (last.StartsWith('-')) offered.AddRange(parsed.CommandResult.Command.Options.Where(o => !o.Hidden).Select(o => o.Name));
        }
        foreach (var word in offered.Where(word => word.StartsWith(last, StringComparison.Ordinal)).Order(StringComparer.Ordinal)) terminal.Out.WriteLine(word);
    }
}
