using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>A small shop on two networks, for cases of which nothing was recorded.</summary>
internal static class SampleMesh
{
    public const string Yaml = """
        {kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: pod-net}}}
        ---
        {kind: Node, metadata: {name: n1, labels: {topology.kubernetes.io/region: r, topology.kubernetes.io/zone: z1}}}
        ---
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {clusterIP: 10.8.0.1, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        kind: Service
        metadata: {name: prices, namespace: shop}
        spec: {clusterIP: 10.8.0.2, selector: {app: prices}, ports: [{name: grpc-api, port: 80, targetPort: api}]}
        ---
        kind: Service
        metadata: {name: ledger, namespace: bank}
        spec: {clusterIP: 10.8.0.3, selector: {app: ledger}, ports: [{name: tcp-sql, port: 5432, targetPort: 5432}]}
        ---
        kind: Service
        metadata: {name: till, namespace: shop}
        spec: {clusterIP: 10.8.0.4, selector: {app: till}, ports: [{name: http, port: 9000}]}
        ---
        kind: Pod
        metadata: {name: web-1, namespace: shop, labels: {app: web, security.istio.io/tlsMode: istio}}
        spec: {nodeName: n1, serviceAccountName: web}
        status: {podIP: 10.4.0.1}
        ---
        kind: EndpointSlice
        metadata: {name: web-x, namespace: shop, labels: {kubernetes.io/service-name: web}}
        endpoints:
        - {addresses: [10.4.0.1], conditions: {ready: true}, targetRef: {kind: Pod, name: web-1}}
        - {addresses: [10.4.0.9], conditions: {ready: false}, targetRef: {kind: Pod, name: web-9}}
        ports: [{name: http, port: 8080}]
        ---
        kind: WorkloadEntry
        metadata: {name: till-vm, namespace: shop}
        spec: {address: 198.51.100.7, network: vm-net, serviceAccount: till, labels: {app: till}}
        ---
        kind: Service
        metadata: {name: door, namespace: istio-system, labels: {topology.istio.io/network: pod-net}}
        spec: {clusterIP: 10.8.0.9, ports: [{name: tls, port: 15443, targetPort: 15443}]}
        status: {loadBalancer: {ingress: [{ip: 10.4.100.1}]}}
        """;

    /// <summary>With further objects, given as YAML documents.</summary>
    public static ConfigGenerator For(ProxyNode node, params string[] more) => new(View(more), node, new GeneratorOptions());

    public static MeshView View(params string[] more) => MeshView.Of(YamlText.ParseDocuments(string.Join("\n---\n", more.Prepend(Yaml))));

    /// <summary>A Sidecar for everything in the namespace of the node.</summary>
    public static string Sidecar(string spec) => $"{{kind: Sidecar, metadata: {{name: own, namespace: shop}}, spec: {spec}}}";

    public static IEnumerable<string> Addresses(this ConfigGenerator generator, string cluster) =>
        from place in generator.Endpoints(cluster).Endpoints
        from endpoint in place.LbEndpoints
        let socket = endpoint.Endpoint.Address.SocketAddress
        select $"{socket.Address}:{socket.PortValue}*{endpoint.LoadBalancingWeight}";
}
