using System.Globalization;
using Embark.Sandbox.Istiod.Protos.Routes;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Does a request match one route? (envoy.config.route.v3.RouteMatch; all conditions together.)</summary>
internal static class RouteMatching
{
    public static bool Matches(RouteMatch match, HttpRequest request) =>
        PathMatches(match, request.Path.Value ?? "/")
        && match.Headers.All(header => HeaderMatches(header, request))
        && match.QueryParameters.All(parameter => QueryMatches(parameter, request.Query[parameter.Name]))
        && (match.Grpc is null || request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true);

    private static bool PathMatches(RouteMatch match, string path)
    {
        var comparison = match.CaseSensitive is false ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return match.PathSpecifierCase switch
        {
            RouteMatch.PathSpecifierOneofCase.Prefix => path.StartsWith(match.Prefix, comparison),
            RouteMatch.PathSpecifierOneofCase.Path => path.Equals(match.Path, comparison),
            RouteMatch.PathSpecifierOneofCase.SafeRegex => Matching.WholeMatch(match.SafeRegex.Regex, path),
            RouteMatch.PathSpecifierOneofCase.PathSeparatedPrefix =>
                path.StartsWith(match.PathSeparatedPrefix, comparison) && (path.Length == match.PathSeparatedPrefix.Length || path[match.PathSeparatedPrefix.Length] == '/'),
            _ => false,
        };
    }

    /// <summary>Without a request no header is there.</summary>
    public static bool HeaderMatches(HeaderMatcher matcher, HttpRequest? request)
    {
        var value = request is null ? null : Header(request, matcher.Name);
        value ??= matcher.TreatMissingHeaderAsEmpty ? "" : null;
        var matches = matcher.HeaderMatchSpecifierCase switch
        {
            HeaderMatcher.HeaderMatchSpecifierOneofCase.PresentMatch => (value is not null) == matcher.PresentMatch,
            HeaderMatcher.HeaderMatchSpecifierOneofCase.StringMatch => value is not null && Matching.Matches(matcher.StringMatch, value),
            HeaderMatcher.HeaderMatchSpecifierOneofCase.RangeMatch =>
                long.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= matcher.RangeMatch.Start && number < matcher.RangeMatch.End,
            _ => value is not null,
        };
        return matches != matcher.InvertMatch;
    }

    private static bool QueryMatches(QueryParameterMatcher matcher, string? value) => matcher.QueryParameterMatchSpecifierCase switch
    {
        QueryParameterMatcher.QueryParameterMatchSpecifierOneofCase.StringMatch => value is not null && Matching.Matches(matcher.StringMatch, value),
        _ => value is not null,
    };

    // HTTP/2's pseudo headers are matched by name, also for HTTP/1.1.
    private static string? Header(HttpRequest request, string name) => name switch
    {
        ":method" => request.Method,
        ":path" => request.Path + request.QueryString,
        ":authority" => request.Host.Value,
        ":scheme" => request.Scheme,
        _ => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
    };
}
