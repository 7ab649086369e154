using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Pods;

namespace Embark.Sandbox.Up;

/// <summary>The controller, a program of its own beside the sandbox. It ends with us, however we end: then its shell's input closes.</summary>
internal sealed class ControllerProcess : IAsyncDisposable
{
    private const string Guard = """
        exec 3<&0
        "$@" </dev/null >>"$0" 2>&1 3<&- &
        program=$!
        cat <&3 >/dev/null
        kill "$program" 2>/dev/null
        wait "$program"
        """;

    private readonly Process _shell;

    private ControllerProcess(Process shell, Uri address, ControllerPorts ports) => (_shell, Address, Ports) = (shell, address, ports);

    /// <summary>Where it serves health and pages.</summary>
    public Uri Address { get; }

    /// <summary>Where it and the mesh meet.</summary>
    public ControllerPorts Ports { get; }

    /// <summary>The program that <c>EMBARK_CONTROLLER</c> names, else the one beside this program; null when there is none.</summary>
    public static string? Find()
    {
        var program = Environment.GetEnvironmentVariable("EMBARK_CONTROLLER") is { Length: > 0 } named ? named : Path.Combine(Programs.Directory, "embark-controller");
        return File.Exists(program) ? program : null;
    }

    public static ControllerProcess Start(string program, string kubeconfig, string log)
    {
        var (listen, ports) = (FreePort(), new ControllerPorts(FreePort(), FreePort(), FreePort()));
        var environment = new Dictionary<string, string>(Command.Plain);
        if (Programs.SharedRuntime is { } runtime)
            environment["DOTNET_ROOT"] = runtime;
        var shell = new Command(
        [
            "sh", "-c", Guard, log, program, "--kubeconfig", kubeconfig, "--listen", listen.ToString(), "--zipkin", ports.Zipkin.ToString(), "--access-logs", ports.AccessLogs.ToString(),
            "--reach", $"bookinfo/ratings-vm={ports.VmProxy}",
        ]) { Environment = environment }.Start();
        return new(shell, new Uri($"http://{listen}/"), ports);
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _shell.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _shell.Kill(entireProcessTree: true);
            await _shell.WaitForExitAsync(CancellationToken.None);
        }
        _shell.Dispose();
    }

    private static IPEndPoint FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }
}
