using Embark.Controller.Telemetry.Serving;

namespace Embark.Controller.Tests.Telemetry;

/// <summary>What istiod tells a sidecar of telemetry (protocols 6.2, 6.3), on one listener each way.</summary>
internal static class EnvoyConfiguration
{
    private const string Types = "type.googleapis.com/envoy.";

    /// <summary>A sidecar whose application calls a service by mutual TLS.</summary>
    public static string Caller(string name, string app, string address, int port, int to, string service, CollectorServer collector, EnvoyFolder folder) => Whole(
        name, app, address, "OUTBOUND", port, $"outbound|9080||{service}.bookinfo.svc.cluster.local", to, collector, upstream: $$"""
            , "transport_socket": {"name": "tls", "typed_config": {"@type": "{{Types}}extensions.transport_sockets.tls.v3.UpstreamTlsContext", {{Tls(app, folder)}} } }
            """);

    /// <summary>A sidecar whose application is called by mutual TLS.</summary>
    public static string Callee(string name, string app, string address, int port, int to, CollectorServer collector, EnvoyFolder folder) => Whole(
        name, app, address, "INBOUND", port, "inbound|9080||", to, collector, downstream: $$"""
            , "transport_socket": {"name": "tls", "typed_config": {"@type": "{{Types}}extensions.transport_sockets.tls.v3.DownstreamTlsContext", "require_client_certificate": true, {{Tls(app, folder)}} } }
            """);

    private static string Whole(string name, string app, string address, string direction, int port, string cluster, int to, CollectorServer collector, string upstream = "", string downstream = "") => $$"""
        {
          "node": {
            "id": "sidecar~{{address}}~{{name}}.bookinfo~bookinfo.svc.cluster.local", "cluster": "{{app}}.bookinfo",
            "metadata": {"NAMESPACE": "bookinfo", "WORKLOAD_NAME": "{{name}}", "SERVICE_ACCOUNT": "bookinfo-{{app}}", "LABELS": {"app": "{{app}}", "version": "v1"} }
          },
          "static_resources": {
            "listeners": [{
              "name": "one", "address": {{Address(port)}}, "traffic_direction": "{{direction}}",
              "filter_chains": [{
                "filters": [{"name": "http", "typed_config": {
                  "@type": "{{Types}}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                  "stat_prefix": "one",
                  "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "{{cluster}}"} }]}]},
                  "http_filters": [{"name": "router", "typed_config": {"@type": "{{Types}}extensions.filters.http.router.v3.Router"} }],
                  "access_log": [{"name": "logs", "typed_config": {
                    "@type": "{{Types}}extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig",
                    "common_config": {
                      "log_name": "http_envoy_accesslog", "transport_api_version": "V3", "grpc_service": {"envoy_grpc": {"cluster_name": "envoy_accesslog_service"} },
                      "filter_state_objects_to_log": ["upstream_peer", "downstream_peer"]
                    }
                  } }],
                  "tracing": {"random_sampling": {"value": 100}, "provider": {"name": "zipkin", "typed_config": {
                    "@type": "{{Types}}config.trace.v3.ZipkinConfig", "collector_endpoint_version": "HTTP_JSON", "trace_id_128bit": true, "shared_span_context": false,
                    "collector_service": {"http_uri": {"uri": "http://zipkin/api/v2/spans", "cluster": "zipkin", "timeout": "5s"} }
                  } } }
                } }]{{downstream}}
              }]
            }],
            "clusters": [
              { {{Cluster(cluster, to)}}{{upstream}} },
              { {{Cluster("zipkin", collector.Zipkin!.Port)}} },
              {
                {{Cluster("envoy_accesslog_service", collector.AccessLogs!.Port)}},
                "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                  "@type": "{{Types}}extensions.upstreams.http.v3.HttpProtocolOptions", "explicit_http_config": {"http2_protocol_options": {} }
                } }
              }
            ]
          }
        }
        """;

    private static string Cluster(string name, int port) => $$"""
        "name": "{{name}}", "type": "STATIC", "connect_timeout": "5s",
        "load_assignment": {"cluster_name": "{{name}}", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {{Address(port)}} } }]}]}
        """;

    private static string Tls(string app, EnvoyFolder folder)
    {
        var (certificate, key) = folder.Identity($"bookinfo-{app}");
        return $$"""
            "common_tls_context": {
              "tls_certificates": [{"certificate_chain": {"filename": "{{certificate}}"}, "private_key": {"filename": "{{key}}"} }],
              "validation_context": {"trusted_ca": {"filename": "{{folder.Root}}"} }
            }
            """;
    }

    private static string Address(int port) => $$"""{"socket_address": {"address": "127.0.0.1", "port_value": {{port}} } }""";
}
