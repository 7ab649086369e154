using Embark.Sandbox.Istiod.Protos.Routes;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Routes that may not be served, because a rule of access would be lost.</summary>
internal static class RouteLimits
{
    private static readonly string[] s_security = ["rbac", "jwt_authn", "ext_authz"];

    /// <summary>Null when they may.</summary>
    public static string? Refusal(RouteConfiguration configuration)
    {
        var settings = configuration.TypedPerFilterConfig.Keys
            .Concat(configuration.VirtualHosts.SelectMany(host => host.TypedPerFilterConfig.Keys.Concat(host.Routes.SelectMany(route => route.TypedPerFilterConfig.Keys))));
        return settings.FirstOrDefault(filter => s_security.Any(filter.Contains)) is { } found
            ? $"settings of '{found}' for a route are not supported"
            : null;
    }
}
