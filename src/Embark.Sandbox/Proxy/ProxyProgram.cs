using System.Net.NetworkInformation;
using System.Net.Sockets;
using Embark.Sandbox.Proxy.Agent;

namespace Embark.Sandbox.Proxy;

/// <summary><c>embark-sandbox proxy sidecar|router</c>: the program in the proxy's container, in pilot-agent's place.</summary>
internal static class ProxyProgram
{
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var output = TextWriter.Synchronized(Console.Out);
        var log = new ProxyLog(output, TimeProvider.System);
        log.Info("", "Version sandbox (Embark's proxy in the place of pilot-agent and Envoy)");
        try
        {
            var role = args.FirstOrDefault(word => !word.StartsWith('-')) ?? "sidecar";
            var settings = AgentSettings.From(role, Environment.GetEnvironmentVariables(), InterfaceAddresses());
            return await new ProxyProcess(settings, output, log, TimeProvider.System).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AgentException failure)
        {
            if (failure.ExitCode == 0)
                log.Error("", failure.Message);
            else
                log.Fatal(failure.Message);
            return failure.ExitCode;
        }
    }

    private static List<string> InterfaceAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Select(address => address.ToString()),
    ];
}
