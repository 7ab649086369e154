using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Access;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Operations;
using Embark.Sandbox.ApiServer.Patching;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;
using Embark.Sandbox.ApiServer.Tables;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Answers requests for objects.</summary>
internal sealed class ResourceEndpoint(
    ObjectOperations operations, AccessQuestions questions, TokenRequests tokenRequests, FaultSwitch faults, TimeProvider clock)
{
    private readonly Rendering _rendering = new(new TableWriter(clock));

    public ListPages Pages { get; } = new();

    public async Task HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var path = request.Path!;
        var resource = operations.Catalog.Find(path.Group, path.Version, path.Resource) ?? throw Statuses.PathNotFound();
        if (path.Subresource.Length > 0)
            await SubresourceAsync(request, path, resource, cancellationToken);
        else if (resource.IsQuestion)
            await QuestionAsync(request, path, resource, cancellationToken);
        else
            await ObjectsAsync(request, path, resource, cancellationToken);
    }

    private Task ObjectsAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        if (resource.Namespaced ? path is { Namespace: "", Name.Length: > 0 } : path.Namespace.Length > 0)
            throw Statuses.PathNotFound();
        return (request.Verb, request.Http.Request.Method) switch
        {
            ("get", _) => GetAsync(request, path, resource, cancellationToken),
            ("list", _) => ListAsync(request, path, resource, cancellationToken),
            ("watch", _) => new WatchStream(request, resource, path.Version, Shape(request), _rendering, faults, clock).RunAsync(operations.Store, cancellationToken),
            ("create", "POST") when path.Name.Length == 0 && (path.Namespace.Length > 0 || !resource.Namespaced) => CreateAsync(request, path, resource, cancellationToken),
            ("update", _) when path.Name.Length > 0 => UpdateAsync(request, path, resource, "", cancellationToken),
            ("patch", _) when path.Name.Length > 0 => PatchAsync(request, path, resource, "", cancellationToken),
            ("delete", _) => DeleteAsync(request, path, resource, cancellationToken),
            ("deletecollection", _) when path.Namespace.Length > 0 || !resource.Namespaced => DeleteAllAsync(request, path, resource, cancellationToken),
            _ => throw Statuses.MethodNotAllowed(),
        };
    }

    private async Task SubresourceAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        switch (path.Subresource, request.Verb)
        {
            case ("token", "create") when resource.Id == BuiltInResources.ServiceAccounts:
                var body = await RequestBody.ReadObjectAsync(request.Http.Request, cancellationToken);
                await Answers.SendAsync(request.Http, 201, tokenRequests.Answer(path.Namespace, path.Name, body, request.RawPath), cancellationToken);
                break;
            case ("status", "get") when resource.HasStatus:
                await GetAsync(request, path, resource, cancellationToken);
                break;
            case ("status", "update") when resource.HasStatus:
                await UpdateAsync(request, path, resource, "status", cancellationToken);
                break;
            case ("status", "patch") when resource.HasStatus:
                await PatchAsync(request, path, resource, "status", cancellationToken);
                break;
            case ("status", _) when resource.HasStatus:
                throw Statuses.MethodNotAllowed();
            default:
                throw Statuses.PathNotFound();
        }
    }

    private async Task QuestionAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        if (request.Verb != "create")
            throw Statuses.MethodNotAllowed();
        var question = await RequestBody.ReadObjectAsync(request.Http.Request, cancellationToken);
        await Answers.SendAsync(request.Http, 201, questions.Answer(resource.Plural, request.User, question, path.Namespace), cancellationToken);
    }

    private Task GetAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        var found = operations.Store.Find(resource.Id, path.Namespace, path.Name) ?? throw Statuses.NotFound(resource.Id, path.Name);
        return SendAsync(request, path, resource, 200, found, cancellationToken);
    }

    private async Task ListAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        var shape = Shape(request);
        var page = Page(request, path, resource);
        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = "application/json";
        await _rendering.ListAsync(request.Http.Response.Body, resource, path.Version, shape, page, request.Query("includeObject"), cancellationToken);
    }

    private ListPage Page(ApiRequest request, RequestPath path, ApiResource resource)
    {
        var limit = (int)Math.Min(request.Number("limit") ?? 0, int.MaxValue);
        if (faults.Take<Fault.PageCap>("list", request.RawPath) is { } cap)
            limit = limit == 0 ? cap.Items : Math.Min(limit, cap.Items);
        if (request.Query("continue") is { } token)
        {
            if (faults.Take<Fault.ContinueExpired>("list", request.RawPath) is not null)
                throw Statuses.Expired(ContinueTooOld);
            return Pages.Next(token, limit) ?? throw Statuses.Expired(ContinueTooOld);
        }
        if (request.Number("resourceVersion") is { } asked && asked > operations.Store.Version)
            throw Statuses.VersionTooLarge(asked, operations.Store.Version);
        var selector = Selector.Parse(request.Query("labelSelector"), request.Query("fieldSelector"));
        var (items, version) = operations.Store.List(resource.Id, path.Namespace.Length > 0 ? path.Namespace : null);
        return Pages.First([.. selector.IsEmpty ? items : items.Where(item => selector.Matches(item.Value))], version, limit);
    }

    private async Task CreateAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        var options = request.WriteOptions();
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, cancellationToken);
        var made = operations.Create(resource, path.Version, path.Namespace, body, options);
        Answers.Warn(request.Http, options.Warnings);
        await SendAsync(request, path, resource, 201, made, cancellationToken);
    }

    private async Task UpdateAsync(ApiRequest request, RequestPath path, ApiResource resource, string subresource, CancellationToken cancellationToken)
    {
        var options = request.WriteOptions(subresource);
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, cancellationToken);
        var changed = operations.Update(resource, path.Version, path.Namespace, path.Name, body, options);
        Answers.Warn(request.Http, options.Warnings);
        await SendAsync(request, path, resource, 200, changed, cancellationToken);
    }

    private async Task PatchAsync(ApiRequest request, RequestPath path, ApiResource resource, string subresource, CancellationToken cancellationToken)
    {
        var options = request.WriteOptions(subresource);
        var type = RequestBody.MediaType(request.Http.Request);
        var patch = PatchKind.Find(type, resource.IsCustom);
        var body = await RequestBody.ReadNodeAsync(request.Http.Request, cancellationToken);
        var (changed, created) = patch == PatchKind.Apply
            ? operations.Apply(resource, path.Version, path.Namespace, path.Name, body as JsonObject ?? throw Statuses.BadRequest("expected an object to apply"), WithManager(request, options))
            : (operations.Modify(
                resource, path.Version, path.Namespace, path.Name, current => PatchKind.Patch(patch, current, body), options, ManagedFields.Update), false);
        Answers.Warn(request.Http, options.Warnings);
        await SendAsync(request, path, resource, created ? 201 : 200, changed, cancellationToken);
    }

    private static WriteOptions WithManager(ApiRequest request, WriteOptions options) => request.Query("fieldManager") is not null
        ? options
        : throw Statuses.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.Required("fieldManager", "is required for apply patch")]);

    private async Task DeleteAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        var how = await RequestBody.ReadOptionalAsync(request.Http.Request, cancellationToken);
        var (last, gone) = operations.Deletion.Delete(resource, path.Namespace, path.Name, Merge(request, how), IsDryRun(request, how));
        if (!gone || resource.Id == BuiltInResources.Namespaces)
        {
            await SendAsync(request, path, resource, 200, last, cancellationToken);
            return;
        }
        await Answers.SendAsync(request.Http, 200, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = new JsonObject { ["name"] = last.Name, ["group"] = resource.Group, ["kind"] = resource.Plural, ["uid"] = last.Uid },
        }, cancellationToken);
    }

    private async Task DeleteAllAsync(ApiRequest request, RequestPath path, ApiResource resource, CancellationToken cancellationToken)
    {
        var how = await RequestBody.ReadOptionalAsync(request.Http.Request, cancellationToken);
        var page = Page(request, path, resource);
        foreach (var item in page.Items)
            operations.Deletion.Delete(resource, item.Namespace, item.Name, Merge(request, how), IsDryRun(request, how));
        request.Http.Response.ContentType = "application/json";
        await _rendering.ListAsync(request.Http.Response.Body, resource, path.Version, AnswerShape.Object, page, null, cancellationToken);
    }

    private static bool IsDryRun(ApiRequest request, JsonObject? how) => request.WriteOptions().DryRun || how.Texts("dryRun").Contains("All");

    private static JsonObject? Merge(ApiRequest request, JsonObject? how)
    {
        if (request.Query("propagationPolicy") is not { } policy)
            return how;
        var merged = how?.Copy() ?? [];
        merged.Default("propagationPolicy", policy);
        return merged;
    }

    private Task SendAsync(ApiRequest request, RequestPath path, ApiResource resource, int status, StoredObject item, CancellationToken cancellationToken) =>
        Answers.SendAsync(
            request.Http, status, _rendering.One(resource, path.Version, Shape(request), item, request.Query("includeObject")), "application/json", cancellationToken);

    private static AnswerShape Shape(ApiRequest request) => Accepting.Shape(request.Http.Request.Headers.Accept.ToString());

    private const string ContinueTooOld =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";
}
