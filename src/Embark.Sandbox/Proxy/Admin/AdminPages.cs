using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Proxy.Tls;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Admin;

/// <summary>The part of Envoy's admin interface that people and Embark's checks read.</summary>
internal sealed class AdminPages(ProxyRuntime runtime, WorkloadCertificates certificates, TimeProvider clock)
{
    private static readonly JsonFormatter s_json = new(new JsonFormatter.Settings(formatDefaultValues: false, KnownMessages.Types));

    public Task ServeAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        (_, "/ready") => Text(context, runtime.HasConfiguration ? "LIVE\n" : "PRE_INITIALIZING\n", runtime.HasConfiguration ? 200 : 503),
        (_, "/listeners") => Text(context, string.Concat(runtime.Listeners.All.Select(l => $"{l.Name}::{Address(l.Configuration)}\n"))),
        (_, "/clusters") => Text(context, Clusters()),
        (_, "/stats") => Text(context, StatsText(context.Request.Query["filter"])),
        (_, "/stats/prometheus") => Text(context, Prometheus()),
        (_, "/certs") => Json(context, Certificates()),
        (_, "/config_dump") => Json(context, ConfigDump(context.Request.Query["resource"], context.Request.Query["name_regex"])),
        _ => Text(context, "invalid path\n", 404),
    };

    /// <summary>Counters in Prometheus' text format.</summary>
    public string Prometheus()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in runtime.Stats.All())
            text.Append("envoy_").Append(Regex.Replace(name, "[^a-zA-Z0-9_]", "_")).Append("{} ").Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();
    }

    private string Clusters()
    {
        var text = new StringBuilder();
        foreach (var cluster in runtime.Clusters.All)
        {
            text.Append(cluster.Name).Append("::default_priority::max_connections::4294967295\n");
            foreach (var endpoint in cluster.Endpoints)
                text.Append(cluster.Name).Append("::").Append(endpoint.Address).Append("::health_flags::healthy\n")
                    .Append(cluster.Name).Append("::").Append(endpoint.Address).Append("::weight::").Append(endpoint.Weight).Append('\n')
                    .Append(cluster.Name).Append("::").Append(endpoint.Address).Append("::rq_active::").Append(endpoint.Active).Append('\n');
        }

        return text.ToString();
    }

    private string StatsText(string? filter) => string.Concat(
        runtime.Stats.All().Where(s => string.IsNullOrEmpty(filter) || Regex.IsMatch(s.Name, filter, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
            .Select(s => $"{s.Name}: {s.Value}\n"));

    private JsonObject Certificates()
    {
        if (certificates.Current is not { } current)
            return new JsonObject { ["certificates"] = new JsonArray() };
        JsonObject One(System.Security.Cryptography.X509Certificates.X509Certificate2 c) => new()
        {
            ["path"] = "<inline>",
            ["serial_number"] = c.SerialNumber.ToLowerInvariant(),
            ["subject_alt_names"] = new JsonArray([.. CallerAuthentication.UriNames(c).Select(uri => new JsonObject { ["uri"] = uri })]),
            ["days_until_expiration"] = ((int)(c.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime).TotalDays).ToString(CultureInfo.InvariantCulture),
            ["valid_from"] = c.NotBefore.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["expiration_time"] = c.NotAfter.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        };
        return new JsonObject
        {
            ["certificates"] = new JsonArray(new JsonObject
            {
                ["ca_cert"] = new JsonArray([.. current.Roots.Select(One)]),
                ["cert_chain"] = new JsonArray(One(current.Leaf)),
            }),
        };
    }

    /// <summary>Everything, or with <paramref name="resource"/> that list alone, with <paramref name="name"/> those of that name (Envoy's parameters).</summary>
    private JsonObject ConfigDump(string? resource, string? name)
    {
        bool Wanted(string what) => string.IsNullOrEmpty(name) || Regex.IsMatch(what, name, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        (string List, string Type, IEnumerable<JsonNode> Items)[] lists =
        [
            ("dynamic_active_clusters", "ClustersConfigDump", runtime.Clusters.All.Where(c => Wanted(c.Name)).Select(c => new JsonObject { ["cluster"] = Node(c.Configuration) })),
            ("dynamic_endpoint_configs", "EndpointsConfigDump", runtime.Clusters.All.Where(c => c.LastAssignment is not null && Wanted(c.Name)).Select(c => new JsonObject { ["endpoint_config"] = Node(c.LastAssignment!) })),
            ("dynamic_listeners", "ListenersConfigDump", runtime.Listeners.All.Where(l => Wanted(l.Name)).Select(l => new JsonObject { ["name"] = l.Name, ["active_state"] = new JsonObject { ["listener"] = Node(l.Configuration) } })),
            ("dynamic_route_configs", "RoutesConfigDump", runtime.Routes.All.Where(r => Wanted(r.Configuration.Name)).Select(r => new JsonObject { ["route_config"] = Node(r.Configuration) })),
        ];
        return new JsonObject
        {
            ["configs"] = string.IsNullOrEmpty(resource)
                ? new JsonArray([.. lists.Select(list => new JsonObject { ["@type"] = $"type.googleapis.com/envoy.admin.v3.{list.Type}", [list.List] = new JsonArray([.. list.Items]) })])
                : new JsonArray([.. lists.Where(list => list.List == resource).SelectMany(list => list.Items)]),
        };
    }

    private static JsonNode Node(IMessage message) => JsonNode.Parse(s_json.Format(KnownTypes.Only(message, KnownMessages.Types)))!;

    private static string Address(Istiod.Protos.Listeners.Listener listener) =>
        $"{listener.Address.SocketAddress.Address}:{listener.Address.SocketAddress.PortValue}";

    private static Task Text(HttpContext context, string text, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=UTF-8";
        return context.Response.WriteAsync(text);
    }

    private static Task Json(HttpContext context, JsonObject json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString());
    }
}
