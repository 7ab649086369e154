using Embark.Sandbox.Proxy.Agent;
using Google.Protobuf;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>The least an Envoy must be told: who it is, and the way to ADS and to its secrets (protocols 5.12).</summary>
internal static class EnvoyBootstrap
{
    /// <param name="api">DELTA_GRPC or GRPC (state of the world).</param>
    /// <param name="secrets">Unix socket of the secrets.</param>
    public static string For(AgentSettings settings, string api, string secrets) => $$$"""
        {
          "node": {{{JsonFormatter.Default.Format(NodeMetadata.For(settings))}}},
          "admin": {"address": {{{Address("127.0.0.1", settings.AdminPort)}}}},
          "dynamic_resources": {
            "lds_config": {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"},
            "cds_config": {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"},
            "ads_config": {
              "api_type": "{{{api}}}", "transport_api_version": "V3", "set_node_on_first_message_only": true,
              "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}]
            }
          },
          "static_resources": {
            "clusters": [
              {
                "name": "xds-grpc", "type": "STATIC", "connect_timeout": "5s",
                "load_assignment": {{{Assignment("xds-grpc", Address("127.0.0.1", int.Parse(settings.DiscoveryAddress.Split(':')[1], null)))}}},
                "typed_extension_protocol_options": {{{Http2}}},
                "transport_socket": {
                  "name": "envoy.transport_sockets.tls",
                  "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                    "sni": "{{{settings.IstiodSan}}}",
                    "common_tls_context": {
                      "alpn_protocols": ["h2"],
                      "tls_certificates": [{"certificate_chain": {{{File(settings, "cert-chain.pem")}}}, "private_key": {{{File(settings, "key.pem")}}}}],
                      "validation_context": {
                        "trusted_ca": {{{File(settings, "root-cert.pem")}}},
                        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": "{{{settings.IstiodSan}}}"}}]
                      }
                    }
                  }
                }
              },
              {
                "name": "sds-grpc", "type": "STATIC", "connect_timeout": "5s",
                "load_assignment": {{{Assignment("sds-grpc", Pipe(secrets))}}},
                "typed_extension_protocol_options": {{{Http2}}}
              }
            ]
          }
        }
        """;

    private const string Http2 = """
        {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
          "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions", "explicit_http_config": {"http2_protocol_options": {}}}}
        """;

    private static string Address(string address, int port) => $$$"""{"socket_address": {"address": "{{{address}}}", "port_value": {{{port}}}}}""";

    private static string Pipe(string path) => $$$"""{"pipe": {"path": "{{{path}}}"}}""";

    private static string Assignment(string cluster, string address) =>
        $$$"""{"cluster_name": "{{{cluster}}}", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {{{address}}}}}]}]}""";

    private static string File(AgentSettings settings, string name) => $$"""{"filename": "{{Path.Combine(settings.CertificateDirectory, name)}}"}""";
}
