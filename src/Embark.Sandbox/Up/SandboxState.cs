using System.Text.Json.Nodes;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Up;

/// <summary>A running sandbox, as another process sees it.</summary>
internal static class SandboxState
{
    /// <summary>Null when none runs in the directory.</summary>
    public static JsonNode? Read(string directory)
    {
        if (!RunDirectory.IsHeld(directory))
            return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(Path.Combine(RunDirectory.Of(directory), "state.json")));
        }
        catch (Exception early) when (early is FileNotFoundException or DirectoryNotFoundException)
        {
            return new JsonObject { ["ready"] = false };
        }
    }

    public static JsonNode RequireReady(string directory) => Read(directory) switch
    {
        null => throw new SandboxException($"no sandbox runs in {directory}", "embark sandbox up"),
        var state when (bool)state["ready"]! => state,
        _ => throw new SandboxException("the sandbox is not ready yet", "try again in a moment"),
    };
}
