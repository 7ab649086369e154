using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Embark.Cli.Options;

/// <summary>Makes options whose errors read as users of Go tools know them: <c>invalid argument "x" for "--y" flag: …</c>.</summary>
internal static class Flag
{
    public static Option<bool> Switch(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };

    public static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value };

    public static Option<TimeSpan?> Duration(string name, string description, params string[] aliases) =>
        Parsed<TimeSpan?>(name, "DURATION", description, aliases, text =>
            GoDuration.TryParse(text, out var duration) ? duration : throw new FormatException($"time: invalid duration \"{text}\""));

    public static Option<int?> Number(string name, int least, int most, string description, params string[] aliases) =>
        Parsed<int?>(name, "N", description, aliases, text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new FormatException($"want a number from {least} to {most}"));

    public static Option<T?> Choice<T>(string name, string description, IReadOnlyDictionary<string, T> values, params string[] aliases) where T : struct
    {
        var option = Parsed<T?>(name, string.Join('|', values.Keys), description, aliases, text =>
            values.TryGetValue(text, out var value) ? value : throw new FormatException($"want one of {string.Join(", ", values.Keys)}"));
        option.CompletionSources.Clear();
        option.CompletionSources.Add([.. values.Keys]);
        return option;
    }

    public static Option<T> Parsed<T>(string name, string value, string description, string[] aliases, Func<string, T> parse) => new(name, aliases)
    {
        Description = description,
        HelpName = value,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            try
            {
                return parse(text);
            }
            catch (FormatException problem)
            {
                var typed = (result.Parent as OptionResult)?.IdentifierToken?.Value;
                result.AddError($"invalid argument \"{text}\" for \"{(typed?.Length > 2 ? typed : Spelling(name, aliases))}\" flag: {problem.Message}");
                return default!;
            }
        },
    };

    /// <summary><c>-k, --ssh-key</c>.</summary>
    public static string Spelling(string name, IEnumerable<string> aliases) =>
        aliases.FirstOrDefault(alias => alias.Length == 2) is { } letter ? $"{letter}, {name}" : name;
}
