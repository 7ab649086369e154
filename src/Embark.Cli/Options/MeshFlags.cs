using System.CommandLine;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Cli.Options;

/// <summary>Where the mesh's settings are, and which gateway VMs go through.</summary>
internal sealed class MeshFlags
{
    private static readonly TimeSpan WaitForGateway = TimeSpan.FromMinutes(5);

    private readonly Option<string?> _system = Flag.Text("--istioNamespace", "NAMESPACE", "namespace of istiod; istio-system if not given", "-i");
    private readonly Option<string?> _revision = Flag.Text("--revision", "NAME", "revision of the control plane; else found by the namespace's labels");
    private readonly Option<GatewayAddress?> _gateway =
        Flag.Parsed("--gateway", "HOST[:PORT]", "gateway that VMs reach istiod through; else found in the cluster", [], ParseGateway);
    private readonly Option<NamespacedName?> _gatewayService =
        Flag.Parsed("--gateway-service", "NAME.NAMESPACE", "Service of that gateway, where several could be meant", [], ParseService);
    private readonly Option<string?> _meshMap = Flag.Text("--meshConfigMapName", "NAME", "ConfigMap with the keys mesh and meshNetworks; istio if not given");
    private readonly Option<string?> _injectMap = Flag.Text("--injectConfigMapName", "NAME", "ConfigMap with the key values; istio-sidecar-injector if not given");
    private readonly Option<bool> _wait = Flag.Switch("--wait", "wait for the gateway's address where it has none yet, and after a real run for the proof");
    private readonly Option<string?> _policy = Flag.Text("--policy", "FILE", "what your organisation allows; else EMBARK_POLICY, embark/policy.yaml of your configuration, /etc/embark/policy.yaml");

    public MeshFlags(Command command)
    {
        foreach (var option in new Option[] { _system, _revision, _gateway, _gatewayService, _meshMap, _injectMap, _wait, _policy }) command.Add(option);
    }

    public MeshReaderOptions Read(ParseResult parsed, List<string> errors)
    {
        var options = new MeshReaderOptions
        {
            SshUser = Environment.UserName,
            Revision = parsed.GetValue(_revision),
            Gateway = parsed.GetValue(_gateway),
            GatewayService = parsed.GetValue(_gatewayService),
            MeshConfigMap = parsed.GetValue(_meshMap),
            InjectorConfigMap = parsed.GetValue(_injectMap),
            WaitForGateway = parsed.GetValue(_wait) ? WaitForGateway : null,
            Policy = PolicyFile.Load(parsed.GetValue(_policy)),
        };
        if (options is { Gateway: not null, GatewayService: not null }) errors.Add("use either --gateway or --gateway-service but not both");
        return parsed.GetValue(_system) is { } system ? options with { SystemNamespace = system } : options;
    }

    private static GatewayAddress? ParseGateway(string text) =>
        GatewayAddress.Parse(text) ?? throw new FormatException("want an IP address or a DNS name, with or without :PORT");

    private static NamespacedName? ParseService(string text) =>
        text.LastIndexOf('.') is > 0 and var dot && dot < text.Length - 1
            ? new NamespacedName(text[(dot + 1)..], text[..dot])
            : throw new FormatException("want NAME.NAMESPACE");
}
