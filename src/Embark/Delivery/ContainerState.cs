using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>What <c>watch_container</c> saw: is the proxy up, and did it stay up? (decision 15)</summary>
internal sealed record ContainerState
{
    public required string Status { get; init; }
    public int RestartCount { get; init; }
    public int ExitCode { get; init; }
    public bool OutOfMemory { get; init; }

    /// <summary>What Docker says of a start that failed; empty when nothing.</summary>
    public string Error { get; init; } = "";

    /// <summary>Why a container that runs is not good enough; empty when nothing.</summary>
    public string Lacks { get; init; } = "";

    /// <summary>Its last lines, fit for a terminal; empty when it is well.</summary>
    public string Log { get; init; } = "";

    /// <summary>An agent ends with code 0 when its Envoy could not start, so only this counts: it runs, and never began again (fault row 126).</summary>
    public bool StaysUp => Status == "running" && RestartCount == 0 && Lacks.Length == 0;

    public string Said
    {
        get
        {
            var reason = OutOfMemory ? "it was killed for want of memory"
                : Error.Length > 0 ? RemoteText.Printable(Error)
                : Status == "running" && RestartCount == 0 ? Lacks
                : Status == "running" ? $"it began anew {Times(RestartCount)}, last exit code {ExitCode}"
                : $"it ended with exit code {ExitCode}{(RestartCount > 0 ? $" and began anew {Times(RestartCount)}" : "")}";
            return $"status {RemoteText.Printable(Status)}; {reason}";
        }
    }

    public static ContainerState Read(string output)
    {
        var text = Part(output, "state ");
        var container = Json(text);
        string? Of(params ReadOnlySpan<string> path) => Member(container, path);
        return new ContainerState
        {
            Status = Of("State", nameof(Status)) ?? "gone",
            RestartCount = Number(Of(nameof(RestartCount))),
            ExitCode = Number(Of("State", nameof(ExitCode))),
            OutOfMemory = Of("State", "OOMKilled") == "true",
            Error = Of("State", nameof(Error)) ?? "",
            Lacks = RemoteText.Printable(Part(output, "lacks ")).Trim(),
            Log = RemoteText.Printable(Part(output, "log ")).TrimEnd(),
        };
    }

    /// <summary>Text that came as base64 on a line of its own.</summary>
    internal static string Part(string output, string key)
    {
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        if (line is null) return "";
        var bytes = new byte[line.Length];
        return Convert.TryFromBase64String(line[key.Length..].Trim(), bytes, out var written) ? Encoding.UTF8.GetString(bytes, 0, written) : "";
    }

    internal static JsonObject? Json(string text)
    {
        try { return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 32 }) is JsonArray { Count: > 0 } list ? list[0] as JsonObject : null; }
        catch (JsonException) { return null; }
    }

    /// <summary>A member deep in what a VM said; null where the shape is another.</summary>
    internal static string? Member(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) node = node is JsonObject map && map.TryGetPropertyValue(name, out var value) ? value : null;
        return node?.ToString();
    }

    private static int Number(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");
}
