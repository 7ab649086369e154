using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Tests.Vm;

/// <summary>Without root the sandbox has hosts in a user namespace, or says that it has none.</summary>
public sealed class OtherUserTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("embark-user-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact(Timeout = 90_000)]
    public async Task User_with_a_range_of_ids_gets_a_vm_and_leaves_nothing()
    {
        var user = await UserAsync(withRange: true) ?? Skip<string>("needs a user with a range in /etc/subuid and user namespaces");
        using var vm = await StartAsync(user, "vm", "--dir", $"{_directory}/sandbox");
        if (await vm.StandardOutput.ReadLineAsync(Cancel) is not { } line)
        {
            Assert.Skip($"needs unprivileged hosts: {await vm.StandardError.ReadToEndAsync(Cancel)}");
            return;
        }

        var config = (string)JsonNode.Parse(line)!["sshConfig"]!;
        var result = await As(user, "ssh", "-F", config, "-o", "BatchMode=yes", "istio-proxy@10.128.0.2",
            "id -un; docker run --rm --user 1001:1001 --read-only busybox id -u; stat -c %U /etc/istio-proxy").RunAsync(null, Cancel);
        vm.StandardInput.Close();
        _ = Native.Kill(vm.Id, Native.SigTerm);
        await vm.WaitForExitAsync(Cancel);

        Assert.Equal("istio-proxy\n1001\nistio-proxy\n", result.Output);
        Assert.False(Directory.Exists($"{_directory}/sandbox"));
    }

    [Fact(Timeout = 90_000)]
    public async Task User_without_hosts_gets_the_api_server_and_is_told_so()
    {
        var user = await UserAsync(withRange: false) ?? Skip<string>("needs root, to be somebody else");
        using var up = await StartAsync(user, "up", "--dir", $"{_directory}/sandbox");
        var said = "";
        while (!said.Contains("embark sandbox env", StringComparison.Ordinal) && await up.StandardOutput.ReadLineAsync(Cancel) is { } line)
            said += line + "\n";

        var exports = await As(user, Programs.Executable, "env", "--dir", $"{_directory}/sandbox").RunAsync(null, Cancel);
        _ = Native.Kill(up.Id, Native.SigTerm);
        await up.WaitForExitAsync(Cancel);

        Assert.Contains("no hosts here, only the API server and dry runs: hosts need root or unprivileged user namespaces", said, StringComparison.Ordinal);
        Assert.StartsWith("export KUBECONFIG=", exports.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("EMBARK_SSH_CONFIG", exports.Output, StringComparison.Ordinal);
    }

    private static T Skip<T>(string why)
    {
        Assert.Skip(why);
        throw new InvalidOperationException(why);
    }

    // "uid:gid" of an ordinary user of the machine; null where we cannot be one, or the program is out of the user's reach.
    private static async Task<string?> UserAsync(bool withRange)
    {
        if (Native.EffectiveUser() != 0)
            return withRange ? "" : null;
        var ranges = File.Exists("/etc/subuid") ? (await File.ReadAllLinesAsync("/etc/subuid", Cancel)).Select(line => line.Split(':')[0]).ToHashSet() : [];
        var found = (await File.ReadAllLinesAsync("/etc/passwd", Cancel)).Select(line => line.Split(':'))
            .FirstOrDefault(user => withRange ? ranges.Contains(user[0]) && int.Parse(user[2], CultureInfo.InvariantCulture) >= 1000 : user[0] == "nobody" && !ranges.Contains(user[0]));
        var id = found is null ? null : $"{found[2]}:{found[3]}";
        return id is not null && (await As(id, "test", "-x", Programs.Executable).RunAsync(null, Cancel)).ExitCode == 0 ? id : null;
    }

    private static Command As(string user, params string[] words) => user.Split(':') is [var uid, var gid]
        ? new(["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", .. words])
        : new(words);

    private async Task<System.Diagnostics.Process> StartAsync(string user, params string[] words)
    {
        if (user.Length > 0)
            await new Command("chown", user, _directory).RequireAsync(null, Cancel);
        return As(user, [Programs.Executable, .. words]).Start();
    }
}
