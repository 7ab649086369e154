using System.Globalization;
using System.Text.RegularExpressions;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>45s</c>, <c>300ms</c>.</summary>
internal static partial class GoDuration
{
    public static TimeSpan Parse(string text)
    {
        var total = TimeSpan.Zero;
        foreach (Match part in Part().Matches(text))
        {
            var number = double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture);
            total += part.Groups[2].Value switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                _ => TimeSpan.FromMilliseconds(number),
            };
        }

        return total;
    }

    [GeneratedRegex("([0-9.]+)(ms|h|m|s)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
