using System.Globalization;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Docker;

/// <summary><c>docker ps</c> and <c>docker images</c>.</summary>
internal static class ListVerbs
{
    public static async Task<int> PsAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("ps", "a|all q|quiet s|size l|latest n|last= no-trunc f|filter= format=");
        var filters = flags.Values("filter").Select(text => text.Split('=', 2)).ToList();
        if (filters.Find(filter => filter is not [_, _]) is not null)
            throw new DockerException("bad format of filter (expected name=value)", 125);
        var everything = flags.Has("all") || flags.Has("latest") || flags.Value("last") is not null || filters.Any(filter => filter[0] == "status");
        var shown = call.Engine.Containers.Where(container => everything || container.State.Running)
            .Where(container => filters.GroupBy(filter => filter[0]).All(group =>
                group.Key == "label" ? group.All(filter => Matches(container, filter)) : group.Any(filter => Matches(container, filter))));
        if (flags.Has("latest") || flags.Value("last") is not null)
            shown = shown.Take(int.Parse(flags.Value("last") ?? "1", CultureInfo.InvariantCulture));
        var rows = shown.Select(container => Row(container, flags.Has("no-trunc"))).ToList();
        await ShowAsync(call, flags, rows, "ID",
            [("CONTAINER ID", "ID"), ("IMAGE", "Image"), ("COMMAND", "Command"), ("CREATED", "RunningFor"), ("STATUS", "Status"), ("PORTS", "Ports"), ("NAMES", "Names")],
            cancellationToken);
        return 0;
    }

    public static async Task<int> ImagesAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("images", "a|all q|quiet no-trunc digests f|filter= format=");
        var rows = call.Engine.Images.All
            .Where(image => flags.Rest is not [var name] || image.Repository == ImageName.Parse(name).Repository)
            .SelectMany(image => image.Tags.DefaultIfEmpty("<none>"), (image, tag) => new JsonObject
            {
                ["Containers"] = "N/A",
                ["CreatedAt"] = image.Created.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture),
                ["CreatedSince"] = Age(DateTimeOffset.UtcNow - image.Created) + " ago",
                ["Digest"] = image.Digest,
                ["ID"] = flags.Has("no-trunc") ? image.Id : image.Id[7..19],
                ["Repository"] = image.Repository,
                ["Size"] = "0B",
                ["Tag"] = tag,
            }).ToList();
        await ShowAsync(call, flags, rows, "ID",
            [("REPOSITORY", "Repository"), ("TAG", "Tag"), ("IMAGE ID", "ID"), ("CREATED", "CreatedSince"), ("SIZE", "Size")], cancellationToken);
        return 0;
    }

    private static async Task ShowAsync(
        Call call, Flags flags, List<JsonObject> rows, string id, (string Title, string Field)[] columns, CancellationToken cancellationToken)
    {
        var format = flags.Value("format") ?? "";
        if (flags.Has("quiet") && format.Length == 0)
            format = $"{{{{.{id}}}}}";
        if (format == "json")
            format = "{{json .}}";
        if (format.Length > 0 && !format.StartsWith("table", StringComparison.Ordinal))
        {
            foreach (var row in rows)
                await call.Reply.LineAsync(Template.Render(format, Hidden(format, row)), cancellationToken);
            return;
        }
        if (format.StartsWith("table", StringComparison.Ordinal) && format.Length > 6)
        {
            var fields = format[6..].Split("\\t").SelectMany(cell => cell.Split('\t'));
            columns = [.. fields.Select(cell => cell.Trim('{', '}', ' ', '.')).Select(field => (field.ToUpperInvariant(), field))];
        }
        var cells = rows.Select(row => columns.Select(column => (string?)row[column.Field] ?? "").ToArray()).Prepend([.. columns.Select(column => column.Title)]).ToList();
        var widths = columns.Select((_, i) => cells.Max(line => line[i].Length) + 3).ToArray();
        foreach (var line in cells)
            await call.Reply.LineAsync(string.Concat(line.Select((cell, i) => i == line.Length - 1 ? cell : cell.PadRight(widths[i]))), cancellationToken);
    }

    // The map of labels is for {{.Label "x"}} only; docker's own JSON has the joined text alone.
    private static JsonObject Hidden(string format, JsonObject row)
    {
        if (format.Contains("json", StringComparison.Ordinal))
            row.Remove("LabelMap");
        return row;
    }

    private static JsonObject Row(Container container, bool whole)
    {
        var (config, state) = (container.Config, container.State);
        var command = string.Join(' ', config.Command);
        return new()
        {
            ["Command"] = $"\"{(whole || command.Length <= 20 ? command : command[..19] + "…")}\"",
            ["CreatedAt"] = config.Created.ToString("yyyy-MM-dd HH:mm:ss zzz 'UTC'", CultureInfo.InvariantCulture),
            ["ID"] = whole ? config.Id : config.ShortId,
            ["Image"] = config.Image,
            ["Labels"] = string.Join(',', config.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")),
            ["LabelMap"] = new JsonObject(config.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
            ["LocalVolumes"] = "0",
            ["Mounts"] = string.Join(',', config.Mounts.Select(mount => mount.Source)),
            ["Names"] = config.Name,
            ["Networks"] = config.Network == "default" ? "bridge" : config.Network,
            ["Ports"] = "",
            ["RunningFor"] = Age(DateTimeOffset.UtcNow - config.Created) + " ago",
            ["Size"] = "0B",
            ["State"] = state.Status,
            ["Status"] = state.Status switch
            {
                "running" => $"Up {Age(DateTimeOffset.UtcNow - state.StartedAt)}",
                "restarting" => $"Restarting ({state.ExitCode}) {Age(DateTimeOffset.UtcNow - state.FinishedAt)} ago",
                "exited" => $"Exited ({state.ExitCode}) {Age(DateTimeOffset.UtcNow - state.FinishedAt)} ago",
                _ => "Created",
            },
        };
    }

    private static bool Matches(Container container, string[] filter) => filter switch
    {
        ["label", var label] when label.Split('=', 2) is [var key, var value] => container.Config.Labels.TryGetValue(key, out var has) && has == value,
        ["label", var label] => container.Config.Labels.ContainsKey(label),
        // docker matches names as a regular expression; anchors are what people use.
        ["name", var name] => System.Text.RegularExpressions.Regex.IsMatch("/" + container.Config.Name, name.StartsWith('^') && !name.StartsWith("^/", StringComparison.Ordinal) ? "^/" + name[1..] : name),
        ["id", var id] => container.Config.Id.StartsWith(id, StringComparison.Ordinal),
        ["status", var status] => container.State.Status == status,
        ["ancestor", var image] => container.Config.Image == image || container.Config.ImageId == image,
        ["exited", var code] => container.State.Status == "exited" && $"{container.State.ExitCode}" == code,
        [var unknown, ..] => throw DockerException.Daemon($"Invalid filter '{unknown}'"),
        _ => false,
    };

    private static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 1 } => "Less than a second",
        { TotalSeconds: < 2 } => "1 second",
        { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds} seconds",
        { TotalMinutes: < 2 } => "About a minute",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} minutes",
        { TotalHours: < 2 } => "About an hour",
        { TotalDays: < 2 } => $"{(int)age.TotalHours} hours",
        { TotalDays: < 60 } => $"{(int)age.TotalDays} days",
        _ => $"{(int)(age.TotalDays / 30)} months",
    };
}
