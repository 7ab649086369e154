namespace Embark.Sandbox.Tests.Mesh;

/// <summary>Addresses and ports of one mesh on loopback: its own, so that several may run side by side.</summary>
internal sealed class LoopbackPlan
{
    private readonly string _network = $"127.{Random.Shared.Next(10, 250)}.{Random.Shared.Next(1, 250)}";

    public string VmAddress => _network + ".2";

    public string PodAddress => _network + ".12";

    public string GatewayAddress => _network + ".100";

    /// <summary>Where the VM's applications find the services of the mesh.</summary>
    public string VmEgress => _network + ".3";

    public string PodEgress => _network + ".4";

    /// <summary>Port of the VM's application on 127.0.0.1.</summary>
    public int VmApp { get; } = FreePorts.Take();

    public int PodApp { get; } = FreePorts.Take();

    /// <summary>In the place of 15443 and 15012, which a gateway opens on every address.</summary>
    public int GatewayPort { get; } = FreePorts.Take();

    public int IstiodPort { get; } = FreePorts.Take();

    public MeshMember Vm => new("sidecar", "ratings-vm", "bookinfo", "bookinfo-ratings", VmAddress,
        ("ISTIO_META_NETWORK", "vm-us-central1-a"), ("ISTIO_METAJSON_LABELS", """{"app":"ratings","class":"vm","version":"v3"}"""));

    public MeshMember Pod => new("sidecar", "reviews-loop", "bookinfo", "bookinfo-reviews", PodAddress,
        ("ISTIO_META_NETWORK", "cluster-net"), ("ISTIO_METAJSON_LABELS", """{"app":"reviews","version":"v1"}"""));

    public MeshMember Gateway => new("router", "vmgateway-0", "istio-system", "vmgateway", GatewayAddress,
        ("ISTIO_META_NETWORK", "cluster-net"), ("ISTIO_META_REQUESTED_NETWORK_VIEW", "cluster-net"),
        ("ISTIO_METAJSON_LABELS", """{"app":"vmgateway","istio":"vmgateway"}"""));

    /// <summary>The guide's example, moved to these addresses.</summary>
    public string Objects => $$$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: ratings-vm, namespace: bookinfo}
        spec: {address: {{{VmAddress}}}, labels: {class: vm, app: ratings, version: v3}, serviceAccount: bookinfo-ratings, network: vm-us-central1-a}
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: bookinfo-ratings-no-iptables, namespace: bookinfo}
        spec:
          workloadSelector: {labels: {app: ratings, class: vm}}
          ingress: [{port: {number: 9080, protocol: HTTP, name: http}, bind: {{{VmAddress}}}, defaultEndpoint: "127.0.0.1:{{{VmApp}}}"}]
          egress: [{bind: {{{VmEgress}}}, hosts: ["./*"]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: reviews-no-iptables, namespace: bookinfo}
        spec:
          workloadSelector: {labels: {app: reviews}}
          ingress: [{port: {number: 9080, protocol: HTTP, name: http}, bind: {{{PodAddress}}}, defaultEndpoint: "127.0.0.1:{{{PodApp}}}"}]
          egress: [{bind: {{{PodEgress}}}, hosts: ["./*"]}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: reviews-x, namespace: bookinfo, labels: {kubernetes.io/service-name: reviews}}
        addressType: IPv4
        endpoints: [{addresses: [{{{PodAddress}}}], conditions: {ready: true, serving: true}, targetRef: {kind: Pod, name: reviews-loop, namespace: bookinfo}, nodeName: node-1}]
        ports: [{name: http, port: 9080, protocol: TCP}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: reviews-loop, namespace: bookinfo, labels: {app: reviews, version: v1, security.istio.io/tlsMode: istio}}
        spec: {nodeName: node-1, serviceAccountName: bookinfo-reviews, containers: [{name: reviews, image: reviews}]}
        status: {phase: Running, podIP: {{{PodAddress}}}, podIPs: [{ip: {{{PodAddress}}}}], conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: vmgateway, namespace: istio-system, labels: {app: vmgateway, istio: vmgateway, topology.istio.io/network: cluster-net, networking.istio.io/gatewayPort: "{{{GatewayPort}}}"}}
        spec: {type: LoadBalancer, ports: [{name: tls, port: {{{GatewayPort}}}}, {name: tls-istiod, port: {{{IstiodPort}}}}], selector: {istio: vmgateway}}
        status: {loadBalancer: {ingress: [{ip: {{{GatewayAddress}}}}]}}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: cross-network-gateway, namespace: istio-system}
        spec: {selector: {istio: vmgateway}, servers: [{port: {number: {{{GatewayPort}}}, name: tls, protocol: TLS}, tls: {mode: AUTO_PASSTHROUGH}, hosts: ["*.local"]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: istiod-gateway, namespace: istio-system}
        spec: {selector: {istio: vmgateway}, servers: [{port: {number: {{{IstiodPort}}}, name: tls-istiod, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: ["*"]}]}
        """;
}
