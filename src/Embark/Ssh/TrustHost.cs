namespace Embark.Ssh;

/// <summary>
/// Pins a VM's host key in Embark's own known_hosts, after somebody has vouched for its fingerprint. It asks through ssh itself, and so through the
/// user's jump hosts and under the name ssh will look for; it logs in nowhere.
/// </summary>
public sealed class TrustHost(SshOptions options)
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    /// <summary>The key the host shows; null when it is trusted already.</summary>
    /// <exception cref="EmbarkException">The host cannot be reached, or its key has changed or is revoked (<see cref="FailureClass.SshTrust"/>; nothing overrides that).</exception>
    public async Task<HostKey?> LookAsync(SshTarget target, CancellationToken cancellationToken)
    {
        if (SshArguments.Check(target) is { Count: > 0 } problems)
            throw new InvalidInputException($"ssh target {RemoteText.Printable(target.ToString())}", problems);
        using var hosts = new TrustedHosts(target, options);
        var knownHosts = await hosts.FilesAsync(cancellationToken);
        List<string> arguments = ["-o", "PreferredAuthentications=none", .. SshArguments.For(target, options with { AskPassword = false }, knownHosts, newClient: false, "true")];
        var answer = await ChildProcess.RunAsync(options.Client, arguments, options.Variables, options.ConnectTimeout + Slack, cancellationToken)
            ?? throw new EmbarkException(FailureClass.Usage, $"the OpenSSH client '{options.Client}' is not there", "install the OpenSSH client");
        var lines = answer.Error.ReplaceLineEndings("\n").Split('\n');
        var failure = SshFailureReader.Read(lines, answer.ExitCode);
        if (failure.Jump is null && (answer.ExitCode == 0 || failure.Class == FailureClass.SshLogin))
            return null;
        if (failure is { Kind: SshFailureKind.UnknownHostKey, Jump: null } && SshFailureReader.ServerKey(lines) is var (type, fingerprint))
            return new HostKey(target, type, fingerprint);
        throw await new SshDiagnosis(target, options).ExplainAsync(failure, lines, "", cancellationToken);
    }

    /// <summary>Takes the key from the host once more and saves it when it is the confirmed one.</summary>
    /// <returns>What is worth knowing, such as a file that could not be written.</returns>
    /// <exception cref="EmbarkException"><see cref="FailureClass.SshTrust"/>: the host shows another key than the confirmed one.</exception>
    public async Task<IReadOnlyList<Problem>> PinAsync(HostKey confirmed, CancellationToken cancellationToken)
    {
        var warnings = new List<Problem>();
        using var hosts = new TrustedHosts(confirmed.Target, options);
        await hosts.PinAsync(confirmed, warnings.Add, cancellationToken);
        return warnings;
    }
}
