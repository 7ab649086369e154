using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Docker;

/// <summary><c>docker version</c> and <c>docker info</c>: says openly that it is the sandbox's stand-in.</summary>
internal static class InfoVerbs
{
    private const string Version = "20.10.24";
    private const string ApiVersion = "1.41";

    public static async Task<int> VersionAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("version", "f|format=");
        var kernel = await KernelAsync(cancellationToken);
        var version = new JsonObject
        {
            ["Client"] = new JsonObject
            {
                ["Platform"] = new JsonObject { ["Name"] = "Embark sandbox stand-in" },
                ["Version"] = Version,
                ["ApiVersion"] = ApiVersion,
                ["DefaultAPIVersion"] = ApiVersion,
                ["GitCommit"] = "sandbox",
                ["Os"] = "linux",
                ["Arch"] = ImageStore.OwnArchitecture,
                ["Context"] = "default",
            },
            ["Server"] = new JsonObject
            {
                ["Platform"] = new JsonObject { ["Name"] = "Embark sandbox stand-in" },
                ["Components"] = new JsonArray(new JsonObject { ["Name"] = "Engine", ["Version"] = Version }),
                ["Version"] = Version,
                ["ApiVersion"] = ApiVersion,
                ["MinAPIVersion"] = "1.12",
                ["GitCommit"] = "sandbox",
                ["Os"] = "linux",
                ["Arch"] = ImageStore.OwnArchitecture,
                ["KernelVersion"] = kernel,
            },
        };
        await call.Reply.LineAsync(Render(flags, version) ?? $"""
            Client: Embark sandbox stand-in
             Version:           {Version}
             API version:       {ApiVersion}
             OS/Arch:           linux/{ImageStore.OwnArchitecture}

            Server: Embark sandbox stand-in
             Engine:
              Version:          {Version}
              API version:      {ApiVersion} (minimum version 1.12)
              OS/Arch:          linux/{ImageStore.OwnArchitecture}
            """, cancellationToken);
        return 0;
    }

    public static async Task<int> InfoAsync(Call call, CancellationToken cancellationToken)
    {
        var flags = call.Flags("info", "f|format=");
        var containers = call.Engine.Containers;
        var running = containers.Count(container => container.State.Running);
        var info = new JsonObject
        {
            ["ID"] = "SANDBOX",
            ["Containers"] = containers.Count,
            ["ContainersRunning"] = running,
            ["ContainersPaused"] = 0,
            ["ContainersStopped"] = containers.Count - running,
            ["Images"] = call.Engine.Images.All.Count,
            ["Driver"] = "sandbox",
            ["LoggingDriver"] = "json-file",
            ["CgroupDriver"] = "none",
            ["KernelVersion"] = await KernelAsync(cancellationToken),
            ["OperatingSystem"] = "Embark sandbox",
            ["OSType"] = "linux",
            ["Architecture"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64",
            ["NCPU"] = Environment.ProcessorCount,
            ["MemTotal"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ["DockerRootDir"] = "/var/lib/docker-sandbox",
            ["Name"] = Environment.MachineName,
            ["ServerVersion"] = Version,
            ["SecurityOptions"] = new JsonArray(),
            ["Warnings"] = new JsonArray("WARNING: memory and processor limits are shown, not enforced"),
        };
        await call.Reply.LineAsync(Render(flags, info) ?? $"""
            Client:
             Context:    default

            Server:
             Containers: {containers.Count}
              Running: {running}
              Stopped: {containers.Count - running}
             Images: {call.Engine.Images.All.Count}
             Server Version: {Version}
             Operating System: Embark sandbox (a stand-in for Docker's engine)
             OSType: linux
             Architecture: {info["Architecture"]}
             CPUs: {Environment.ProcessorCount}
             Name: {Environment.MachineName}
             Docker Root Dir: /var/lib/docker-sandbox
            WARNING: memory and processor limits are shown, not enforced
            """, cancellationToken);
        return 0;
    }

    private static string? Render(Flags flags, JsonObject data) =>
        flags.Value("format") is { Length: > 0 } format ? Template.Render(format == "json" ? "{{json .}}" : format, data) : null;

    private static async Task<string> KernelAsync(CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellationToken)).Trim();
}
