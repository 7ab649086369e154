using System.Security.Cryptography;

namespace Embark.Ssh;

/// <summary>The known_hosts files of one target: Embark's own and the user's; and how a key gets into Embark's.</summary>
internal sealed class TrustedHosts(SshTarget target, SshOptions options) : IDisposable
{
    private string? _unsaved;

    private static readonly TimeSpan LocalLimit = TimeSpan.FromSeconds(10);

    /// <summary>Value of UserKnownHostsFile; null to leave it to ssh, where Embark's own file holds nothing.</summary>
    public async Task<string?> FilesAsync(CancellationToken cancellationToken) =>
        KnownHosts.HasEntries(options.KnownHostsFile) ? await FilesAsync(options.KnownHostsFile, cancellationToken) : null;

    /// <summary>
    /// Takes the key from the server once more, holds it against what was confirmed, and saves it. ssh itself fetches it, since only ssh goes
    /// through the user's jump hosts and knows under which name it will look; it logs in nowhere (PreferredAuthentications=none).
    /// </summary>
    /// <returns>Value of UserKnownHostsFile from now on.</returns>
    public async Task<string?> PinAsync(HostKey confirmed, Action<Problem> warn, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("embark-");
        var file = Path.Combine(directory.FullName, "known_hosts");
        try
        {
            var arguments = SshArguments.For(target, options with { AskPassword = false }, SshArguments.Path(file), newClient: false, "true").ToList();
            arguments[arguments.IndexOf("StrictHostKeyChecking=yes")] = "StrictHostKeyChecking=accept-new";
            arguments.InsertRange(0, ["-o", "GlobalKnownHostsFile=/dev/null", "-o", "PreferredAuthentications=none", "-o", $"HostKeyAlgorithms={Algorithms(confirmed.Type)}", "-o", "HashKnownHosts=no"]);
            await ChildProcess.RunAsync(options.Client, arguments, options.Variables, options.ConnectTimeout + LocalLimit, cancellationToken);

            var lines = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : "";
            if (!lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(line => Fingerprint(line) == confirmed.Fingerprint))
                throw new EmbarkException(FailureClass.SshTrust, $"{target} did not show the confirmed host key {confirmed.Fingerprint} again", "someone may be between you and the VM: compare the fingerprint on the VM itself (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub)");
            try
            {
                await KnownHosts.AppendAsync(options.KnownHostsFile, lines, cancellationToken);
                return await FilesAsync(options.KnownHostsFile, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                warn(new(options.KnownHostsFile, $"the confirmed host key of {target} could not be saved: {e.Message}", "make the file writable; until then the key is asked for again"));
                _unsaved = Path.Combine(Path.GetTempPath(), $"embark-known-hosts-{Guid.NewGuid():N}");
                File.Move(file, _unsaved);
                return await FilesAsync(_unsaved, cancellationToken);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Forgets a pin that could not be saved.</summary>
    public void Dispose()
    {
        if (_unsaved is not null)
            File.Delete(_unsaved);
    }

    // The user's own files come from ssh itself: ssh_config may name others.
    private async Task<string> FilesAsync(string own, CancellationToken cancellationToken)
    {
        List<string> arguments = ["-G"];
        if (options.ConfigFile is not null)
            arguments.AddRange(["-F", options.ConfigFile]);
        arguments.AddRange(["-l", target.User, "-p", $"{target.Port}", "--", target.Host]);
        var answer = await ChildProcess.RunAsync(options.Client, arguments, options.Variables, LocalLimit, cancellationToken);
        var users = answer?.Output.Split('\n').FirstOrDefault(line => line.StartsWith("userknownhostsfile ", StringComparison.Ordinal))?["userknownhostsfile ".Length..];
        return $"{SshArguments.Path(own)} {users ?? "~/.ssh/known_hosts ~/.ssh/known_hosts2"}";
    }

    private static string Algorithms(string type) => type == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256,ssh-rsa" : type.Replace("-cert-v01@openssh.com", "", StringComparison.Ordinal);

    private static string? Fingerprint(string line)
    {
        var words = line.Split(' ');
        if (words.Length < 3)
            return null;
        var key = new byte[words[2].Length];
        return Convert.TryFromBase64String(words[2], key, out var length) ? $"SHA256:{Convert.ToBase64String(SHA256.HashData(key.AsSpan(0, length))).TrimEnd('=')}" : null;
    }
}
