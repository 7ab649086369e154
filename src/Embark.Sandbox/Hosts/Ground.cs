using System.Diagnostics;

namespace Embark.Sandbox.Hosts;

/// <summary>
/// What hosts stand on: root itself, or one unprivileged user namespace in which we are root. It lasts as long as this object,
/// and no longer than this process: its holder reads a pipe of ours and ends with it, also after kill -9.
/// </summary>
internal sealed class Ground : IAsyncDisposable
{
    private readonly Process? _holder;

    private Ground(Process? holder) => _holder = holder;

    /// <summary>True inside an unprivileged user namespace.</summary>
    public bool Rootless => _holder is not null;

    /// <summary>Words before a command that needs root.</summary>
    public IReadOnlyList<string> Enter => _holder is null ? [] : ["nsenter", "-t", $"{_holder.Id}", "-U", "--"];

    /// <summary>Checks programs and rights first, so that what is missing is named before anything starts.</summary>
    public static async Task<Ground> FindAsync(CancellationToken cancellationToken)
    {
        var rootless = Native.EffectiveUser() != 0;
        RequirePrograms(rootless);
        if (!rootless)
        {
            await ProbeAsync(["unshare", "--mount", "--net", "--pid", "--fork", "true"],
                "root may not make namespaces here", "run it outside of a container, or in one started with --privileged", cancellationToken);
            return new(null);
        }

        await ProbeAsync(["unshare", "--user", "--map-root-user", "--map-auto", "true"],
            "hosts need root or unprivileged user namespaces",
            "run it as root, or give this user a range in /etc/subuid and /etc/subgid and allow user namespaces "
            + "(sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns); the API server and dry runs work without",
            cancellationToken);
        var holder = new Command("unshare", "--user", "--map-root-user", "--map-auto", "sh", "-c", "echo up; exec cat").Start();
        await holder.StandardOutput.ReadLineAsync(cancellationToken);
        return new(holder);
    }

    public async ValueTask DisposeAsync()
    {
        if (_holder is null)
            return;
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }

    private static void RequirePrograms(bool rootless)
    {
        (string Program, string Package)[] needed =
        [
            ("unshare", "util-linux"), ("nsenter", "util-linux"), ("setsid", "util-linux"), ("mount", "mount"), ("pivot_root", "util-linux"),
            ("ip", "iproute2"), ("bash", "bash"), ("sshd", "openssh-server"), ("ssh-keygen", "openssh-client"),
            .. rootless ? [("newuidmap", "uidmap")] : Array.Empty<(string, string)>(),
        ];
        var missing = needed.Where(n => FindProgram(n.Program) is null).ToList();
        if (missing.Count > 0)
            throw new SandboxException(
                $"hosts need programs that are not installed: {string.Join(", ", missing.Select(m => m.Program))}",
                $"apt-get install {string.Join(' ', missing.Select(m => m.Package).Distinct())}") { HostsOnly = true };
    }

    /// <summary>Absolute path of a program, looked up where root would find it; null when absent.</summary>
    public static string? FindProgram(string name) =>
        Command.Plain["PATH"].Split(':').Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    private static async Task ProbeAsync(string[] words, string what, string fix, CancellationToken cancellationToken)
    {
        var result = await new Command(words).RunAsync(null, cancellationToken);
        if (result.ExitCode != 0)
            throw new SandboxException($"{what}: {result.Error.Trim()}", fix) { HostsOnly = true };
    }
}
