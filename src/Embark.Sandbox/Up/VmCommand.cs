using System.Text.Json.Nodes;
using Embark.Sandbox.Vm;

namespace Embark.Sandbox.Up;

/// <summary><c>embark-sandbox vm</c>: one VM without a cluster, until Ctrl-C; prints as JSON how to reach it.</summary>
internal static class VmCommand
{
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var words = new Words(args);
        var options = new VmOptions
        {
            User = words.Value("--user") ?? "istio-proxy",
            Shell = words.Value("--shell") ?? "/bin/bash",
            SshdOptions = words.Values("--sshd-option"),
            IPv6 = words.Flag("--ipv6"),
            Docker = words.Engine(),
        };
        var directory = words.Value("--dir");
        words.End();

        await using var vm = await VmHost.StartAsync(options, cancellationToken, directory);
        Console.WriteLine(new JsonObject
        {
            ["address"] = vm.Address,
            ["user"] = vm.Login,
            ["sshConfig"] = vm.SshConfig,
            ["knownHosts"] = vm.KnownHosts,
            ["identityFile"] = vm.Keys.UserKey,
            ["pid"] = vm.Host.Pid,
        }.ToJsonString());
        await cancellationToken.WhenCancelled();
        return 0;
    }
}
