using System.Globalization;

namespace Embark.Sandbox.ApiServer.Tables;

/// <summary>Ages as kubectl shows them. Source: k8s.io/apimachinery pkg/util/duration HumanDuration.</summary>
internal static class HumanAge
{
    public static string Since(string? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, out var then) ? Show(now - then) : "<unknown>";

    public static string Show(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 120 => $"{seconds}s",
            < 600 => With(minutes, "m", seconds % 60, "s"),
            < 3 * 3600 => $"{minutes}m",
            < 8 * 3600 => With(hours, "h", minutes % 60, "m"),
            < 48 * 3600 => $"{hours}h",
            < 8 * 86400 => With(days, "d", hours % 24, "h"),
            < 2L * 365 * 86400 => $"{days}d",
            < 8L * 365 * 86400 => With(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        };
    }

    private static string With(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
