using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>States of several containers, for a message.</summary>
internal static class ContainerStates
{
    public static string Said(string inspected)
    {
        try
        {
            if (JsonNode.Parse(inspected) is JsonArray { Count: > 0 } list)
                return string.Join('\n', list.Select(c => $"container {Text(c?["Name"]).TrimStart('/')}: {Text(c?["State"]?["Status"])}"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // then it is said below
        }
        return "no container of this proxy is there";
    }

    private static string Text(JsonNode? node) => RemoteText.Printable(node?.ToString() ?? "unknown");
}
