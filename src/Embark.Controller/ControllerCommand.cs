using System.CommandLine;
using System.Net;
using Embark.Kubernetes;

namespace Embark.Controller;

/// <summary>The command line of <c>embark-controller</c>, and how its failures are told.</summary>
internal static class ControllerCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        Option<string?> kubeconfig = new("--kubeconfig") { Description = "kubeconfig to use; else KUBECONFIG, ~/.kube/config, or the pod's own account", HelpName = "FILE" };
        Option<string?> context = new("--context") { Description = "context of the kubeconfig; else its current one", HelpName = "NAME" };
        Option<string> system = new("--istioNamespace", "-i") { Description = "namespace of istiod", HelpName = "NAMESPACE", DefaultValueFactory = _ => "istio-system" };
        Option<string?> lease = new("--lease-namespace") { Description = "namespace of the lease by which one of several controllers acts; else the pod's own, else that of istiod", HelpName = "NAMESPACE" };
        Option<int> leaseSeconds = new("--lease-duration") { Description = "seconds after which a controller that is silent is replaced", HelpName = "SECONDS", DefaultValueFactory = _ => 15 };
        leaseSeconds.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, out var seconds) || seconds is < 2 or > 3600))
                result.AddError($"invalid argument \"{text}\" for --lease-duration: want a number from 2 to 3600");
        });
        var listen = Endpoint("--listen", "127.0.0.1:8080", "where health and pages are served");
        var zipkin = Endpoint("--zipkin", null, "where Zipkin spans of proxies are taken; nowhere if not given");
        var accessLogs = Endpoint("--access-logs", null, "where access logs of proxies are taken by gRPC; nowhere if not given");
        Option<string[]> reach = new("--reach")
        {
            Description = "where a VM's proxy is reached that is not at the address of its entry; to read its certificate", HelpName = "NAMESPACE/NAME=ADDRESS:PORT",
        };
        reach.Validators.Add(result =>
        {
            foreach (var wrong in result.Tokens.Where(token => Reached(token.Value) is null))
                result.AddError($"invalid argument \"{wrong.Value}\" for --reach: want NAMESPACE/NAME=ADDRESS:PORT");
        });

        var root = new RootCommand("Runs beside an Istio mesh: makes the VM gateway that a ControlPlane asks for, collects telemetry of VMs, shows the mesh.")
        {
            kubeconfig, context, system, lease, leaseSeconds, listen, zipkin, accessLogs, reach,
        };
        root.SetAction((parsed, cancellationToken) => ControllerProgram.RunAsync(new ControllerOptions
        {
            Cluster = new KubeconfigOptions { File = parsed.GetValue(kubeconfig), Context = parsed.GetValue(context) },
            SystemNamespace = parsed.GetValue(system)!,
            LeaseNamespace = parsed.GetValue(lease),
            LeaseDuration = TimeSpan.FromSeconds(parsed.GetValue(leaseSeconds)),
            Listen = parsed.GetValue(listen)!,
            Zipkin = parsed.GetValue(zipkin),
            AccessLogs = parsed.GetValue(accessLogs),
            Reach = (parsed.GetValue(reach) ?? []).Select(text => Reached(text)!.Value).DistinctBy(pair => pair.Key).ToDictionary(),
        }, cancellationToken));
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception failure) when (failure is KubernetesException or EmbarkException or IOException)
        {
            await Console.Error.WriteLineAsync($"Error: {failure.Message}");
            if (failure is KubernetesException { Fix: { } fix })
                await Console.Error.WriteLineAsync($"    fix: {fix}");
            return failure is KubernetesException ? (int)FailureClass.ClusterAccess : (int)FailureClass.Internal;
        }
    }

    private static KeyValuePair<string, IPEndPoint>? Reached(string text) =>
        text.Split('=') is [var name, var place] && name.Split('/') is [{ Length: > 0 }, { Length: > 0 }] && IPEndPoint.TryParse(place, out var endpoint) && endpoint.Port > 0
            ? new(name, endpoint) : null;

    /// <summary>An option <c>ADDRESS:PORT</c>.</summary>
    private static Option<IPEndPoint?> Endpoint(string name, string? value, string description) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => value is null ? null : IPEndPoint.Parse(value),
        CustomParser = result =>
        {
            if (IPEndPoint.TryParse(result.Tokens[^1].Value, out var endpoint))
                return endpoint;
            result.AddError($"invalid argument \"{result.Tokens[^1].Value}\" for {name}: want an IP address and a port, such as 0.0.0.0:8080");
            return null;
        },
    };
}
