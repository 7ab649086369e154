using System.Globalization;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Docker;

/// <summary>Containers and images as docker's API describes them, with the members that matter here.</summary>
internal static class Descriptions
{
    public static JsonObject Of(Container container)
    {
        var (config, state) = (container.Config, container.State);
        return new()
        {
            ["Id"] = config.Id,
            ["Created"] = Time(config.Created),
            ["Path"] = config.Command[0],
            ["Args"] = Array(config.Command.Skip(1)),
            ["State"] = new JsonObject
            {
                ["Status"] = state.Status,
                ["Running"] = state.Running,
                ["Paused"] = false,
                ["Restarting"] = state.Status == "restarting",
                ["OOMKilled"] = false,
                ["Dead"] = false,
                ["Pid"] = state.Pid,
                ["ExitCode"] = state.ExitCode,
                ["Error"] = state.Error,
                ["StartedAt"] = Time(state.StartedAt),
                ["FinishedAt"] = Time(state.FinishedAt),
            },
            ["Image"] = config.ImageId,
            ["Name"] = "/" + config.Name,
            ["RestartCount"] = state.RestartCount,
            ["Driver"] = "sandbox",
            ["Platform"] = "linux",
            ["MountLabel"] = "",
            ["ProcessLabel"] = "",
            ["AppArmorProfile"] = "",
            ["HostConfig"] = HostConfig(config),
            ["Mounts"] = new JsonArray([.. config.Mounts.Select(mount => new JsonObject
            {
                ["Type"] = "bind",
                ["Source"] = mount.Source,
                ["Destination"] = mount.Target,
                ["Mode"] = "",
                ["RW"] = !mount.ReadOnly,
                ["Propagation"] = "rprivate",
            })]),
            ["Config"] = new JsonObject
            {
                ["Hostname"] = config.Network == "host" ? Environment.MachineName : config.ShortId,
                ["User"] = config.User,
                ["Tty"] = false,
                ["Env"] = Array(config.Environment),
                ["Cmd"] = Array(config.Arguments),
                ["Image"] = config.Image,
                ["WorkingDir"] = config.Directory,
                ["Entrypoint"] = Array(config.Entrypoint),
                ["Labels"] = Map(config.Labels),
            },
            ["NetworkSettings"] = new JsonObject { ["Ports"] = new JsonObject(), ["Networks"] = new JsonObject { [config.Network] = new JsonObject() } },
        };
    }

    public static JsonObject Of(DockerImage image) => new()
    {
        ["Id"] = image.Id,
        ["RepoTags"] = Array(image.Tags.Select(tag => $"{image.Repository}:{tag}")),
        ["RepoDigests"] = Array([$"{image.Repository}@{image.Digest}"]),
        ["Created"] = Time(image.Created),
        ["Author"] = "",
        ["Config"] = new JsonObject
        {
            ["Env"] = Array(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]),
            ["Entrypoint"] = Array(image.Entrypoint),
            ["Cmd"] = null,
            ["WorkingDir"] = "/",
            ["User"] = "",
            ["Labels"] = null,
        },
        ["Architecture"] = image.Architecture,
        ["Os"] = "linux",
        ["Size"] = 0,
        ["RootFS"] = new JsonObject { ["Type"] = "layers", ["Layers"] = Array([image.Id]) },
    };

    private static JsonObject HostConfig(ContainerConfig config) => new()
    {
        ["Binds"] = Array(config.Mounts.Where(mount => mount.ByVolumeFlag).Select(mount => $"{mount.Source}:{mount.Target}{(mount.ReadOnly ? ":ro" : "")}")),
        ["LogConfig"] = new JsonObject { ["Type"] = config.LogDriver, ["Config"] = Map(config.LogOptions) },
        ["NetworkMode"] = config.Network,
        ["PortBindings"] = new JsonObject(),
        ["RestartPolicy"] = new JsonObject { ["Name"] = config.RestartPolicy, ["MaximumRetryCount"] = config.MaximumRetries },
        ["AutoRemove"] = config.AutoRemove,
        ["CapAdd"] = config.CapAdd.Count == 0 ? null : Array(config.CapAdd),
        ["CapDrop"] = config.CapDrop.Count == 0 ? null : Array(config.CapDrop),
        ["ExtraHosts"] = Array(config.ExtraHosts),
        ["GroupAdd"] = config.GroupAdd.Count == 0 ? null : Array(config.GroupAdd),
        ["Privileged"] = config.Privileged,
        ["ReadonlyRootfs"] = config.ReadOnly,
        ["SecurityOpt"] = config.SecurityOptions.Count == 0 ? null : Array(config.SecurityOptions),
        ["Tmpfs"] = Map(config.Tmpfs),
        ["UsernsMode"] = "",
        ["Memory"] = config.Memory,
        ["NanoCpus"] = config.NanoCpus,
        ["Mounts"] = new JsonArray([.. config.Mounts.Where(mount => !mount.ByVolumeFlag).Select(mount => Bind(mount))]),
    };

    private static JsonObject Bind(ContainerMount mount)
    {
        var bind = new JsonObject { ["Type"] = "bind", ["Source"] = mount.Source, ["Target"] = mount.Target };
        if (mount.ReadOnly)
            bind["ReadOnly"] = true;
        return bind;
    }

    // docker's zero time stands for "never".
    private static string Time(DateTimeOffset time) =>
        time == default ? "0001-01-01T00:00:00Z" : time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static JsonObject Map(IReadOnlyDictionary<string, string> pairs) => new(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
}
