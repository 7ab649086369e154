using System.Text.Json;
using Embark.Kubernetes.Transport;
using Embark.Kubernetes.Wire;

namespace Embark.Kubernetes;

public sealed partial class KubernetesClient
{
    /// <summary>
    /// Asks for a token of a service account (TokenRequest), and checks that it is the one asked for: three parts, audience,
    /// subject, not expired by the server's clock. What fails that is never given out.
    /// </summary>
    /// <param name="serviceAccount">Whose token.</param>
    /// <param name="audience">Who shall accept it.</param>
    /// <param name="lifetime">At least ten minutes: the API server takes no less. Fractions of a second are cut off.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="KubernetesException">Invalid when the answer is not the token asked for; NotFound without such an account.</exception>
    public async Task<ServiceAccountToken> RequestTokenAsync(
        NamespacedName serviceAccount, string audience, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromMinutes(10));
        var question = new TokenQuestion("authentication.k8s.io/v1", "TokenRequest", new TokenQuestionSpec([audience], (long)lifetime.TotalSeconds));
        var request = ObjectPath.One(HttpMethod.Post, "create", CoreKinds.ServiceAccounts with { Subresource = "token" }, serviceAccount.Namespace, serviceAccount.Name)
            with { Body = JsonSerializer.SerializeToUtf8Bytes(question, WireJson.Default.TokenQuestion) };
        var answer = await _transport.SendAsync(request, cancellationToken);
        try
        {
            var now = _options.Time.GetUtcNow() + (ClockSkew ?? TimeSpan.Zero);
            return Read(request, answer, body => TokenAnswer.Read(body, serviceAccount, audience, lifetime, now));
        }
        finally
        {
            answer.Wipe();
        }
    }

    /// <summary>Asks whether the current user may do something (SelfSubjectAccessReview).</summary>
    public async Task<bool> CanIAsync(AccessQuestion question, CancellationToken cancellationToken)
    {
        var review = new AccessReview("authorization.k8s.io/v1", "SelfSubjectAccessReview", new AccessReviewSpec(
            new ResourceAttributes(question.Namespace, question.Verb, question.Group, question.Resource, question.Subresource, question.Name)), null);
        // A review changes nothing, so it is as safe to repeat as a read.
        var request = new ApiRequest(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            new ApiAction("create", "authorization.k8s.io", "selfsubjectaccessreviews", null, null))
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(review, WireJson.Default.AccessReview),
            Repeatable = true,
        };
        var answer = await _transport.SendAsync(request, cancellationToken);
        var status = Read(request, answer, WireJson.Default.AccessReview).Status
            ?? throw _transport.Failures.NotAnApi(request, "the review has no status");
        return status.Allowed;
    }

    /// <summary>Versions of an API group that the server serves, preferred first; empty when the group is absent.</summary>
    /// <param name="group">API group; empty for core.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<IReadOnlyList<string>> ServedVersionsAsync(string group, CancellationToken cancellationToken)
    {
        var core = group.Length == 0;
        var path = core ? "/api" : $"/apis/{ObjectPath.Segment(group, "group")}";
        var request = new ApiRequest(HttpMethod.Get, path, new ApiAction("get", group, "versions", null, null));
        var answer = await _transport.SendAsync(request, cancellationToken);
        if (answer.IsAbsent || answer.IsNotServed)
            return [];
        if (core)
            return Read(request, answer, WireJson.Default.CoreVersions).Versions ?? [];
        var versions = Read(request, answer, WireJson.Default.GroupVersions);
        var preferred = versions.PreferredVersion?.Version;
        return [.. (versions.Versions ?? []).Select(one => one.Version).OfType<string>().OrderByDescending(version => version == preferred)];
    }

    /// <summary>What the server says of itself.</summary>
    public async Task<ServerVersion> GetServerVersionAsync(CancellationToken cancellationToken)
    {
        var request = new ApiRequest(HttpMethod.Get, "/version", new ApiAction("get", "", "version", null, null));
        return Read(request, await _transport.SendAsync(request, cancellationToken), WireJson.Default.ServerVersion);
    }
}
