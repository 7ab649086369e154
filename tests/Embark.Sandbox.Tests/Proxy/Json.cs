using Embark.Sandbox.Tests.Mesh;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>The messages of a configuration, as JSON, with what a test does not care about filled in.</summary>
internal static class Json
{
    private const string Types = "type.googleapis.com/envoy.";
    private const string Manager = Types + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

    public const string Router = """{"name": "envoy.filters.http.router"}""";

    public const string Websocket = "\"upgrade_configs\": [{\"upgrade_type\": \"websocket\"}]";

    /// <summary>How a sidecar ends mutual TLS.</summary>
    public const string MutualTls = $$"""
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": {
          "@type": "{{Types}}extensions.transport_sockets.tls.v3.DownstreamTlsContext", "require_client_certificate": true,
          "common_tls_context": {"alpn_protocols": ["h2", "http/1.1"], "tls_certificate_sds_secret_configs": [{"name": "default"}],
            "combined_validation_context": {
              "default_validation_context": {"match_subject_alt_names": [{"prefix": "spiffe://cluster.local/"}]},
              "validation_context_sds_secret_config": {"name": "ROOTCA"} } } } }
        """;

    /// <param name="name">Of the cluster.</param>
    /// <param name="ports">Of its endpoints on loopback.</param>
    public static string Cluster(string name, params int[] ports) => ClusterWith(name, "", ports);

    public const string Http2 = $$"""
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
          "@type": "{{Types}}extensions.upstreams.http.v3.HttpProtocolOptions", "explicit_http_config": {"http2_protocol_options": {} } } }
        """;

    public static string ClusterWith(string name, string more, params int[] ports) => $$"""
        {"@type": "{{Types}}config.cluster.v3.Cluster", "name": "{{name}}", "type": "STATIC", "connect_timeout": "5s", "lb_policy": "LEAST_REQUEST",
         "load_assignment": {"cluster_name": "{{name}}", "endpoints": [{"lb_endpoints": [{{string.Join(", ", ports.Select(Endpoint))}}]}]}{{Also(more)}} }
        """;

    /// <summary>A listener on loopback with one chain that serves HTTP.</summary>
    /// <param name="port">Where; also its name.</param>
    /// <param name="routes">Routes for every host.</param>
    /// <param name="manager">More members of the connection manager.</param>
    /// <param name="chain">More members of the chain.</param>
    /// <param name="filters">HTTP filters before the router.</param>
    public static string Listener(int port, string routes, string manager = "", string chain = "", string filters = "") => ListenerOf(port, $$"""
        {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": {
           "@type": "{{Manager}}", "stat_prefix": "test", "server_name": "istio-envoy",
           "http_filters": [{{(filters.Length > 0 ? filters + ", " : "")}}{{Router}}],
           "route_config": {"name": "inline", "virtual_hosts": [{"name": "all", "domains": ["*"], "include_request_attempt_count": true, "routes": [{{routes}}]}]}{{Also(manager)}} } }]{{Also(chain)}} }
        """);

    public static string ListenerOf(int port, params string[] chains) => $$"""
        {"@type": "{{Types}}config.listener.v3.Listener", "name": "{{port}}", "address": {{Address(port)}}, "filter_chains": [{{string.Join(", ", chains)}}]}
        """;

    /// <summary>A chain that passes bytes on.</summary>
    public static string Tcp(string cluster, string more = "", string filters = "") => $$"""
        {"filters": [{{(filters.Length > 0 ? filters + ", " : "")}}{"name": "envoy.filters.network.tcp_proxy", "typed_config": {
           "@type": "{{Types}}extensions.filters.network.tcp_proxy.v3.TcpProxy", "stat_prefix": "test", "cluster": "{{cluster}}"} }]{{Also(more)}} }
        """;

    /// <summary>Everything to one cluster.</summary>
    public static string To(string cluster, string action = "", string route = "") =>
        $$$"""{"match": {"prefix": "/"}, "route": {"cluster": "{{{cluster}}}"{{{Also(action)}}} }{{{Also(route)}}} }""";

    /// <param name="network">True for connections, false for requests.</param>
    /// <param name="rules">Of envoy.config.rbac.v3.RBAC.</param>
    public static string Rbac(bool network, string rules) => $$"""
        {"name": "envoy.filters.{{(network ? "network" : "http")}}.rbac", "typed_config": {
          "@type": "{{Types}}extensions.filters.{{(network ? "network" : "http")}}.rbac.v3.RBAC", "rules": {{rules}} } }
        """;

    public static int Port() => FreePorts.Take();

    private static string Endpoint(int port) => $$$"""{"endpoint": {"address": {{{Address(port)}}} }}""";

    private static string Address(int port) => $$$"""{"socket_address": {"address": "127.0.0.1", "port_value": {{{port}}} }}""";

    private static string Also(string more) => more.Length == 0 ? "" : ", " + more;
}
