using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Mesh;
using Embark.Ssh;

namespace Embark.Cli.Commands;

/// <summary><c>embark trust NAME</c>: shows the VM's host key and pins it once somebody has vouched for it.</summary>
internal static class TrustCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("trust", "Show a VM's host key and pin it");
        var selection = new SelectionFlags(command, many: false);
        var cluster = new ClusterFlags(command);
        var ssh = new SshFlags(command);
        var fingerprint = Flag.Text("--fingerprint", "SHA256:…", "pin the key when it has this fingerprint; without a terminal to ask on this is needed");
        command.Add(fingerprint);
        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var chosen = selection.Read(parsed, cluster.Namespace(parsed), errors);
            var reach = ssh.Read(parsed, canAsk: true, many: false, errors);
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);

            using var connection = ClusterConnection.Open(cluster.Read(parsed), terminal);
            var reader = new MeshReader(connection.Client, reach.Over(new MeshReaderOptions { SshUser = Environment.UserName, OnlyToReach = true, Policy = PolicyFile.Load(null) }));
            var name = await chosen.NameAsync(reader, connection.Namespace, terminal, interruption.Token);
            var target = (await reader.FindWorkloadAsync(name, interruption.Token)).Vm.Ssh;
            return await PinAsync(new TrustHost(reach.ToOptions(confirm: null)), target, parsed.GetValue(fingerprint), terminal, interruption.Token);
        });
        return command;
    }

    private static async Task<int> PinAsync(TrustHost trust, SshTarget target, string? fingerprint, Terminal terminal, CancellationToken cancellationToken)
    {
        if (await trust.LookAsync(target, cancellationToken) is not { } key)
        {
            terminal.Error.WriteLine($"the host key of {target} is trusted already");
            return 0;
        }
        if (fingerprint is not null && fingerprint != key.Fingerprint)
            throw new EmbarkException(FailureClass.SshTrust, $"{target} shows the host key {key.Fingerprint}, not {fingerprint}", "compare on the VM itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
        if (fingerprint is null && !await HostKeyQuestion.AskAsync(key, terminal, cancellationToken))
            throw new EmbarkException(FailureClass.SshTrust, $"the host key of {target}, {key.Fingerprint}, was not confirmed",
                $"compare it on the VM itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then run again with --fingerprint {key.Fingerprint}");
        foreach (var warning in await trust.PinAsync(key, cancellationToken)) terminal.Warning(warning.ToString());
        terminal.Error.WriteLine($"the host key of {target} is pinned: {key.Fingerprint}");
        return 0;
    }
}
