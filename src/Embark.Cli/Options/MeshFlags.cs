using System.CommandLine;

namespace Embark.Cli.Options;

/// <summary>Where the mesh's settings are, and which gateway VMs go through.</summary>
internal sealed class MeshFlags
{
    private readonly Option<string?> _system = Flag.Text("--istioNamespace", "NAMESPACE", "namespace of istiod; istio-system if not given", "-i");
    private readonly Option<string?> _revision = Flag.Text("--revision", "NAME", "revision of the control plane; else found by the namespace's labels");
    private readonly Option<string?> _gateway = Flag.Text("--gateway", "HOST[:PORT]", "gateway that VMs reach istiod through; else found in the cluster");
    private readonly Option<string?> _gatewayService = Flag.Text("--gateway-service", "NAME.NAMESPACE", "Service of that gateway, where several could be meant");
    private readonly Option<string?> _meshMap = Flag.Text("--meshConfigMapName", "NAME", "ConfigMap with the keys mesh and meshNetworks; istio if not given");
    private readonly Option<string?> _injectMap = Flag.Text("--injectConfigMapName", "NAME", "ConfigMap with the key values; istio-sidecar-injector if not given");
    private readonly Option<bool> _wait = Flag.Switch("--wait", "wait for the gateway's address where it has none yet");
    private readonly Option<string?> _policy = Flag.Text("--policy", "FILE", "what your organisation allows; else EMBARK_POLICY, embark/policy.yaml of your configuration, /etc/embark/policy.yaml");

    public MeshFlags(Command command)
    {
        foreach (var option in new Option[] { _system, _revision, _gateway, _gatewayService, _meshMap, _injectMap, _wait, _policy }) command.Add(option);
    }

    public MeshRequest Read(ParseResult parsed) => new()
    {
        SystemNamespace = parsed.GetValue(_system),
        Revision = parsed.GetValue(_revision),
        Gateway = parsed.GetValue(_gateway),
        GatewayService = parsed.GetValue(_gatewayService),
        MeshConfigMap = parsed.GetValue(_meshMap),
        InjectorConfigMap = parsed.GetValue(_injectMap),
        Wait = parsed.GetValue(_wait),
        PolicyFile = parsed.GetValue(_policy),
    };
}

/// <summary>What <see cref="MeshFlags"/> said; null where nothing was said.</summary>
internal sealed record MeshRequest
{
    public string? SystemNamespace { get; init; }
    public string? Revision { get; init; }
    public string? Gateway { get; init; }
    public string? GatewayService { get; init; }
    public string? MeshConfigMap { get; init; }
    public string? InjectorConfigMap { get; init; }
    public bool Wait { get; init; }
    public string? PolicyFile { get; init; }
}
