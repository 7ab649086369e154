using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Tables;

/// <summary>One column of <c>kubectl get</c>. A priority above 0 shows with <c>-o wide</c> only.</summary>
internal sealed record Column(string Name, string Type, Func<JsonObject, DateTimeOffset, JsonNode?> Cell, int Priority = 0, string Format = "")
{
    public static Column NameOf { get; } = new("Name", "string", (value, _) => value.Name) { Format = "name" };

    public static Column Age { get; } = new("Age", "string", (value, now) => HumanAge.Since(value.Text("metadata", "creationTimestamp"), now));

    public static Column Text(string name, Func<JsonObject, string?> cell, int priority = 0) => new(name, "string", (value, _) => cell(value), priority);

    public static Column Count(string name, Func<JsonObject, int> cell) => new(name, "integer", (value, _) => cell(value));
}
