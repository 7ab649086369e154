using System.Text.Json.Nodes;

namespace Embark.Sandbox.Docker;

/// <summary><c>docker inspect</c>, <c>docker container inspect</c> and <c>docker image inspect</c>.</summary>
internal static class InspectVerb
{
    public static async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("inspect", "f|format= s|size type=");
        if (flags.Rest.Count == 0)
            throw new DockerException("\"docker inspect\" requires at least 1 argument.\nSee 'docker inspect --help'.");
        var found = new JsonArray();
        var missing = new List<string>();
        foreach (var name in flags.Rest)
            if (Find(call.Engine, name, flags.Value("type")) is { } description)
                found.Add((JsonNode)description);
            else
                missing.Add(name);

        if (flags.Value("format") is { Length: > 0 } format)
            foreach (var description in found)
                await call.Reply.LineAsync(Template.Render(format == "json" ? "{{json .}}" : format, description), cancellationToken);
        else
            await call.Reply.LineAsync(found.ToJsonString(Relaxed.Indented), cancellationToken);
        foreach (var name in missing)
            await call.Reply.ErrorAsync($"Error: No such {flags.Value("type") ?? "object"}: {name}\n", cancellationToken);
        return missing.Count > 0 ? 1 : 0;
    }

    private static JsonObject? Find(Engine engine, string name, string? type) =>
        (type is null or "container" ? engine.Find(name) : null) is { } container ? Descriptions.Of(container)
        : (type is null or "image" ? engine.Images.Find(name) : null) is { } image ? Descriptions.Of(image)
        : null;
}
