using Embark.Sandbox.Istiod.Protos.Routes;
using Embark.Sandbox.Proxy.Upstream;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>When a request may be sent again (envoy.config.route.v3.RetryPolicy, retry_on).</summary>
internal sealed class RetryRules(RetryPolicy? policy)
{
    private readonly HashSet<string> _on = [.. (policy?.RetryOn ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    public int Retries { get; } = policy is null ? 0 : (int)(policy.NumRetries ?? 1);

    public TimeSpan? PerTry { get; } = policy?.PerTryTimeout?.ToTimeSpan() is { } limit && limit > TimeSpan.Zero ? limit : null;

    public bool Allows(UpstreamFailure failure) => failure switch
    {
        UpstreamFailure.ConnectionFailure or UpstreamFailure.ConnectionTimeout =>
            _on.Contains("connect-failure") || _on.Contains("reset-before-request") || AnyReset,
        _ => AnyReset,
    };

    public bool Allows(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return (status >= 500 && _on.Contains("5xx"))
            || (status is 502 or 503 or 504 && _on.Contains("gateway-error"))
            || (status == 409 && _on.Contains("retriable-4xx"))
            || (policy is not null && _on.Contains("retriable-status-codes") && policy.RetriableStatusCodes.Contains((uint)status))
            || (response.Headers.TryGetValues("grpc-status", out var grpc) && grpc.FirstOrDefault() switch
            {
                "1" => _on.Contains("cancelled"),
                "4" => _on.Contains("deadline-exceeded"),
                "8" => _on.Contains("resource-exhausted"),
                "14" => _on.Contains("unavailable"),
                _ => false,
            });
    }

    private bool AnyReset => _on.Contains("reset") || _on.Contains("5xx") || _on.Contains("gateway-error");
}
