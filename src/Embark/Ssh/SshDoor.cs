namespace Embark.Ssh;

/// <summary>Gets one connection open: the known_hosts to use, tries again when dropped unheard, asks for an unknown host key.</summary>
internal sealed class SshDoor(SshTarget target, SshOptions options, Action<Problem> warn)
{
    private const int Tries = 7;
    private static readonly TimeSpan LoginLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PasswordLimit = TimeSpan.FromMinutes(5);

    /// <summary>Serves the first connection that comes about, to its end.</summary>
    /// <param name="serve">Serves one; says when it is ready, and gives false when it closed before.</param>
    /// <param name="stop">Ends the connection.</param>
    public async Task OpenAsync(Func<SshConnection, Action, Task<bool>> serve, CancellationToken stop)
    {
        if (SshArguments.Check(target) is { Count: > 0 } problems)
            throw new InvalidInputException($"ssh target {RemoteText.Printable(target.ToString())}", problems);

        // ssh would go on with other keys.
        if (options.KeyFile is { } key && !File.Exists(key))
            throw new EmbarkException(FailureClass.SshLogin, $"{target}: the private key file {key} is not there", "check --ssh-key");

        using var hosts = new TrustedHosts(target, options);
        var knownHosts = await hosts.FilesAsync(stop);
        var newClient = true;
        var asked = false;
        for (var tries = 1; ; tries++)
        {
            var (done, log, exitCode, slow) = await TryAsync(knownHosts, newClient, serve, stop);
            if (done)
                return;
            stop.ThrowIfCancellationRequested();

            var failure = slow ? new(SshFailureKind.LoginSlow, log.RemoteWords, null) : SshFailureReader.Read(log.Lines, exitCode);
            if (failure.Kind == SshFailureKind.OldClient && newClient)
            {
                newClient = false;
            }
            else if (failure.Retryable && tries < Tries)
            {
                options.Gate.BeCareful();
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 150 << Math.Min(tries, 5))), stop);
            }
            else if (failure is { Kind: SshFailureKind.UnknownHostKey, Jump: null } && !asked && options.ConfirmHostKey is not null && !target.DiffersFromAddress
                && SshFailureReader.ServerKey(log.Lines) is var (type, fingerprint))
            {
                asked = true;
                var shown = new HostKey(target, type, fingerprint);
                if (!await options.ConfirmHostKey(shown, stop))
                    throw new EmbarkException(FailureClass.SshTrust, $"the host key of {target} was not accepted: {type} {fingerprint}");
                knownHosts = await hosts.PinAsync(shown, warn, stop);
            }
            else
            {
                throw await new SshDiagnosis(target, options).ExplainAsync(failure, log.Lines, log.RemoteWords, stop);
            }
        }
    }

    private async Task<(bool Done, SshLog Log, int ExitCode, bool Slow)> TryAsync(
        string? knownHosts, bool newClient, Func<SshConnection, Action, Task<bool>> serve, CancellationToken stop)
    {
        await options.Gate.EnterAsync(stop);
        var left = 0;
        void Leave()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                options.Gate.Leave();
        }

        try
        {
            await using var connection = await SshConnection.StartAsync(options, SshArguments.For(target, options, knownHosts, newClient, "sh", "-s"))
                ?? throw new EmbarkException(FailureClass.Usage, $"the OpenSSH client '{options.Client}' is not there", "install openssh-client (Debian, Ubuntu) or openssh-clients (Fedora, RHEL)");
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(options.ConnectTimeout + options.LockWait + (options.AskPassword ? PasswordLimit : LoginLimit));
            var slow = false;
            var ready = false;
            await using var kill = limit.Token.Register(() =>
            {
                slow = !ready && !stop.IsCancellationRequested;
                connection.Kill();
            });
            var done = await serve(connection, () =>
            {
                ready = true;
                limit.CancelAfter(Timeout.InfiniteTimeSpan);
                Leave();
            });
            return (done, connection.Log, connection.ExitCode, slow);
        }
        finally
        {
            Leave();
        }
    }
}
