using Embark.Ssh;

namespace Embark.Firewall;

/// <summary>
/// Tries ports of the VM from where the operator is: ssh itself connects, since only ssh knows the way there (jump hosts, proxy commands).
/// It says nothing but its version, and logs in nowhere.
/// </summary>
internal sealed class FromTheOperator(SshOptions options)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public async Task<Reached> TryAsync(SshTarget vm, int port, CancellationToken cancellationToken)
    {
        var target = vm with { Port = port };
        var words = SshArguments.For(target, options with { AskPassword = false, ConnectTimeout = Limit }, "/dev/null", newClient: false, "true").ToList();
        words.InsertRange(0, ["-o", "PreferredAuthentications=none", "-o", "GlobalKnownHostsFile=/dev/null"]);
        var answer = await ChildProcess.RunAsync(options.Client, words, options.Variables, Limit * 2, cancellationToken);
        return answer is null ? Reached.Unknown : Of(answer.Value.Error);
    }

    /// <summary>What ssh said (sshconnect.c, kex.c). Behind a proxy command nothing tells a silent listener from none.</summary>
    internal static Reached Of(string said)
    {
        if (Has("Connection established.")) return Reached.Open;
        if (Has("Connection refused")) return Reached.Refused;
        if (Has("Connection timed out") || Has("No route to host") || Has("unreachable") || Has("Operation timed out") || Has("did not end within")) return Reached.Silent;
        return Has("kex_exchange_identification") || Has("Remote protocol version") || Has("banner line") || Has("Permission denied") || Has("Host key verification failed") ? Reached.Open : Reached.Silent;

        bool Has(string part) => said.Contains(part, StringComparison.Ordinal);
    }
}
