using System.Collections;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Embark.Sandbox.Proxy;

/// <summary>
/// <c>embark-sandbox proxy sidecar</c>: stands in the place of pilot-agent. It reads its environment and files, reports them and
/// holds the agent's ports; it has no data plane, is never ready, and says so.
/// </summary>
internal static class ProxyProgram
{
    private const string TokenFile = "/var/run/secrets/tokens/istio-token";

    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        try
        {
            var settings = AgentSettings.From(environment, args.FirstOrDefault(word => !word.StartsWith('-')) ?? "sidecar");
            Report(settings, environment);
            return await ServeAsync(settings, cancellationToken);
        }
        catch (AgentException failure)
        {
            AgentLog.Error(failure.Message);
            return 1;
        }
    }

    private static void Report(AgentSettings settings, Dictionary<string, string> environment)
    {
        AgentLog.Info("Version sandbox (Embark's stand-in for pilot-agent, without a data plane)");
        AgentLog.Info($"Proxy role\tips=[{string.Join(' ', settings.Addresses)}] type={settings.Role} id={settings.Id} domain={settings.Namespace}.svc.cluster.local");
        if (settings.ProxyConfig.Length > 0)
            AgentLog.Info($"Apply proxy config from env {settings.ProxyConfig}");
        // Names and hashes only: a value may be one that a person would rather not find in a log.
        foreach (var (name, value) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => IsOurs(pair.Key)))
            AgentLog.Info($"environment\t{name} {value.Length} bytes sha256:{Hash(System.Text.Encoding.UTF8.GetBytes(value))}");
        ReportFile(TokenFile);
        ReportFile(settings.RootFile);
        if (settings.CertificateDirectory.Length > 0)
            foreach (var name in new[] { "cert-chain.pem", "key.pem" })
                ReportFile($"{settings.CertificateDirectory}/{name}");
    }

    private static async Task<int> ServeAsync(AgentSettings settings, CancellationToken cancellationToken)
    {
        if (!File.Exists(settings.RootFile))
        {
            AgentLog.Fatal($"invalid config - {settings.CaAddress} missing a root certificate {settings.RootFile}");
            return 1;
        }
        if (!CanRead(settings.RootFile))
        {
            AgentLog.Error($"citadelclient\tFailed to connect to endpoint {settings.CaAddress}: open {settings.RootFile}: permission denied");
            AgentLog.Error($"failed to start default Istio SDS server: open {settings.RootFile}: permission denied");
            return 1;
        }
        AgentLog.Info($"CA Endpoint {settings.CaAddress}, provider Citadel");
        AgentLog.Info($"Using CA {settings.CaAddress} cert with certs: {settings.RootFile}");
        AgentLog.Info($"Opening status port {settings.StatusPort}");
        await using var ports = new ProbePorts();
        try
        {
            ports.Open(IPAddress.IPv6Any, settings.StatusPort);
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            AgentLog.Error($"Error listening on status port: listen tcp :{settings.StatusPort}: bind: address already in use");
        }
        AgentLog.Info("Starting proxy agent");
        foreach (var (address, port) in new[] { (IPAddress.Loopback, settings.AdminPort), (IPAddress.Any, settings.MetricsPort), (IPAddress.Any, settings.ReadinessPort) })
            try
            {
                ports.Open(address, port);
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                var why = $"cannot bind '{address}:{port}': {(taken.SocketErrorCode == SocketError.AccessDenied ? "Permission denied" : "Address already in use")}";
                AgentLog.Critical($"envoy main source/server/server.cc:449\terror `{why}` initializing config 'etc/istio/proxy/envoy-rev.json'\tthread=1");
                Console.Out.WriteLine(why);
                AgentLog.Error("Envoy exited with error: exit status 1");
                // As the real agent: its own exit code does not tell (reliability.md, row 126).
                return 0;
            }
        AgentLog.Warn("Envoy proxy is NOT ready: this version of the sandbox's proxy has no data plane; it only reads and reports what it was given");

        await cancellationToken.WhenCancelled();
        AgentLog.Info("Agent draining Proxy for termination");
        AgentLog.Info("Graceful termination period is 5s, starting...");
        await Task.Delay(300, CancellationToken.None);
        AgentLog.Info("Graceful termination logic ended prematurely, envoy process terminated early");
        AgentLog.Info("Agent has successfully terminated");
        return 0;
    }

    private static void ReportFile(string path)
    {
        if (!File.Exists(path))
            AgentLog.Info($"file\t{path} absent");
        else if (!CanRead(path))
            AgentLog.Warn($"file\t{path} permission denied");
        else if (path == TokenFile)
            // Never the token: its first hash digits, as Embark prints them.
            AgentLog.Info($"file\t{path} {new FileInfo(path).Length} bytes sha256:{Hash(File.ReadAllBytes(path))[..12]}");
        else
            AgentLog.Info($"file\t{path} {new FileInfo(path).Length} bytes sha256:{Hash(File.ReadAllBytes(path))}");
    }

    private static bool CanRead(string path)
    {
        try
        {
            using var probe = File.OpenRead(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsOurs(string name) =>
        name is not ("PATH" or "HOME" or "HOSTNAME" or "PWD" or "DOTNET_ROOT" or "RATINGS_LISTEN" or "OLDPWD" or "SHLVL" or "_" or "TERM");

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
