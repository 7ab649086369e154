using System.CommandLine;
using System.CommandLine.Parsing;

namespace Embark.Cli.Options;

/// <summary>Wrong usage, in the words that users of the original know (sidecar-bootstrap 2.2).</summary>
internal static class UsageErrors
{
    /// <summary>What the parser found wrong; empty when all is well.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        List<string> errors = [.. Stray(parsed).Select(Unknown)];
        foreach (var error in parsed.Errors)
        {
            if (error.SymbolResult is OptionResult { Tokens.Count: 0, Implicit: false } option)
                errors.Add($"flag needs an argument: {option.IdentifierToken?.Value ?? option.Option.Name}");
            else if (!Stray(parsed).Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)))
                errors.Add(error.Message);
        }
        // "Required command was not provided" says nothing new beside an unknown one.
        return [.. errors.Distinct().Where((error, at) => at == 0 || error != "Required command was not provided.")];

        string Unknown(string token) => token switch
        {
            ['-', '-', ..] => $"unknown flag: {token.Split('=')[0]}",
            ['-', _, ..] => $"unknown shorthand flag: '{token[1]}' in {token}",
            _ => $"unknown command \"{token}\" for \"{Name(parsed.CommandResult)}\"",
        };
    }

    // The parser takes an unknown flag for an argument where a command has arguments; no object's name begins with a dash.
    private static IEnumerable<string> Stray(ParseResult parsed) => parsed.UnmatchedTokens.Concat(
        parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value).Where(word => word.StartsWith('-')));

    /// <summary>A problem of a value that was given here, on one line.</summary>
    public static string Line(Problem problem) => $"{problem.Where}: {problem.What}; {problem.Fix}";

    public static EmbarkException Exception(IReadOnlyList<string> errors, CommandResult command) => new(
        FailureClass.Usage, string.Join("\nError: ", errors), $"see {Name(command)} --help");

    private static string Name(SymbolResult? result)
    {
        List<string> words = [];
        for (; result is CommandResult command; result = result.Parent) words.Insert(0, command.Command.Name);
        return string.Join(' ', words);
    }
}
