using System.Globalization;
using System.Text;
using Embark.Sandbox.ApiServer.Access;
using Embark.Sandbox.ApiServer.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Every request passes here: faults, who asks, may they, the answer, the log.</summary>
internal sealed class ApiEndpoint(Authenticator authenticator, Rbac rbac, ResourceEndpoint resources, PathEndpoint paths, ServiceProxy services, FaultSwitch faults, RequestLog log, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext http)
    {
        var cancellationToken = http.RequestAborted;
        var request = new ApiRequest(http);
        // Logged before the client sees the answer, and a watch when it begins.
        http.Response.OnStarting(() =>
        {
            log.Add(new(clock.GetUtcNow(), request.User.Name, request.Verb, http.Request.Path + http.Request.QueryString, http.Response.StatusCode));
            return Task.CompletedTask;
        });
        try
        {
            SetDate(request);
            if (!await MisbehaveAsync(request, cancellationToken))
                await AnswerAsync(request, cancellationToken);
        }
        catch (StatusException refusal) when (!http.Response.HasStarted)
        {
            await Answers.SendAsync(http, refusal, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client is gone; there is nobody to answer.
        }
        catch (BadHttpRequestException wrong) when (!http.Response.HasStarted)
        {
            await Answers.SendAsync(http, FaultStatus.Of(new(wrong.StatusCode) { Message = wrong.Message }), cancellationToken);
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            await Answers.SendAsync(http, new StatusException(500, "InternalError", $"Internal error occurred: {fault}"), cancellationToken);
        }
    }

    private async Task AnswerAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        request.User = authenticator.Recognise(http.Request.Headers.Authorization, http.Connection.ClientCertificate) ?? throw Statuses.Unauthorized();
        if (Impersonation.Of(http.Request.Headers) is { } other)
            request.User = Impersonation.Check(rbac, request.User, other);
        var access = AccessOf(request);
        if (!rbac.Allows(request.User, access))
            throw Rbac.Refusal(request.User, access);
        if (request.Path is null)
            await paths.HandleAsync(request, cancellationToken);
        else if (ServiceProxy.IsFor(request.Path))
            await services.HandleAsync(request, cancellationToken);
        else
            await resources.HandleAsync(request, cancellationToken);
    }

    private static AccessRequest AccessOf(ApiRequest request) => request.Path is { } path
        ? new(request.Verb)
        {
            Group = path.Group,
            Resource = path.Resource,
            Subresource = ServiceProxy.IsFor(path) ? "proxy" : path.Subresource,
            // As kube-apiserver: a Namespace lies in itself.
            Namespace = path is { Resource: "namespaces", Group: "" } ? path.Name : path.Namespace,
            Name = path.Name,
        }
        : new(request.Verb) { Path = request.RawPath };

    // The clock may be a test's, and a fault may bend it.
    private void SetDate(ApiRequest request)
    {
        var skew = IsOwnPath(request) ? null : faults.Take<Fault.DateSkew>(request.Verb, request.RawPath);
        request.Http.Response.Headers.Date = (clock.GetUtcNow() + TimeSpan.FromSeconds(skew?.Seconds ?? 0)).ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>True when a fault has answered in our place.</summary>
    private async Task<bool> MisbehaveAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (IsOwnPath(request))
            return false;
        var (http, verb, path) = (request.Http, request.Verb, request.RawPath);
        if (faults.Take<Fault.Delay>(verb, path) is { } delay)
            await Task.Delay(TimeSpan.FromSeconds(delay.Seconds), cancellationToken);
        if (faults.Take<Fault.CutBody>(verb, path) is { } cut)
            http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new CutStream(http.Response.Body, cut.AfterBytes, http.Abort), http.Features.GetRequiredFeature<IHttpResponseBodyFeature>()));
        if (faults.Take<Fault.Html>(verb, path) is not null)
        {
            await Answers.SendAsync(http, 200, Encoding.UTF8.GetBytes("<!DOCTYPE html><html><body>Please log in.</body></html>"), "text/html", cancellationToken);
            return true;
        }
        if (faults.Take<Fault.Answer>(verb, path) is not { } answer)
            return false;
        if (answer.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = new StringValues(seconds.ToString(CultureInfo.InvariantCulture));
        await Answers.SendAsync(http, FaultStatus.Of(answer), cancellationToken);
        return true;
    }

    private static bool IsOwnPath(ApiRequest request) => request.RawPath.StartsWith("/sandbox/", StringComparison.Ordinal);
}
