using System.Buffers;

namespace Embark.Controller.Telemetry;

/// <summary>
/// Names that proxies send, checked at the door: a hostile proxy must not put anything but names into graph, page and
/// metrics. The grammar is that of label values, which is wider than that of names (Kubernetes, "Labels and selectors").
/// </summary>
internal static class Names
{
    private const int Longest = 253;

    private static readonly SearchValues<char> s_letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>The name, or nothing when it is none.</summary>
    public static string Checked(string? name) => name is { Length: > 0 and <= Longest } && !name.AsSpan().ContainsAnyExcept(s_letters) ? name : "";

    /// <summary>The first that is a name; empty when none is.</summary>
    public static string First(params ReadOnlySpan<string?> names)
    {
        foreach (var name in names)
            if (Checked(name) is { Length: > 0 } good)
                return good;
        return "";
    }
}
