using System.Net;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>Rules of writing: versions, status, finalizers, owners, patches, defaults, refusals.</summary>
public sealed class WriteTests : ServerTest
{
    private const string Entries = "/apis/networking.istio.io/v1/namespaces/bookinfo/workloadentries";
    private const string One = Entries + "/ratings-vm";
    private const string Maps = "/api/v1/namespaces/bookinfo/configmaps";
    private const string Services = "/api/v1/namespaces/bookinfo/services";

    [Fact(Timeout = 60_000)]
    public async Task An_update_from_an_old_version_is_a_conflict_and_one_without_version_is_invalid()
    {
        var old = await Client.GetAsync(One, Cancel);
        await MergeAsync(One, """{"spec":{"weight":1}}""");

        var conflict = await Client.SendAsync(HttpMethod.Put, One, old.ToJsonString(), Cancel, HttpStatusCode.Conflict);
        old["metadata"]!.AsObject().Remove("resourceVersion");
        var invalid = await Client.SendAsync(HttpMethod.Put, One, old.ToJsonString(), Cancel, HttpStatusCode.UnprocessableEntity);

        Assert.Equal(
            "Operation cannot be fulfilled on workloadentries.networking.istio.io \"ratings-vm\": the object has been modified; please apply your changes to the latest version and try again",
            (string?)conflict["message"]);
        Assert.Contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update", (string?)invalid["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Status_is_written_through_its_own_path_only()
    {
        await MergeAsync(One, """{"status":{"conditions":[{"type":"Healthy","status":"True"}]}}""");
        Assert.Null((await Client.GetAsync(One, Cancel))["status"]);

        var value = await Client.GetAsync(One, Cancel);
        value["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Healthy", ["status"] = "True" }) };
        value["spec"]!["weight"] = 9;
        var written = await Client.SendAsync(HttpMethod.Put, One + "/status", value.ToJsonString(), Cancel);

        Assert.Equal("True", (string?)written["status"]!["conditions"]![0]!["status"]);
        Assert.Null(written["spec"]!["weight"]);
        Assert.Equal(1, (int)written["metadata"]!["generation"]!);
        var later = await MergeAsync(One, """{"spec":{"weight":9}}""");
        Assert.NotNull(later["status"]);
        Assert.Equal(2, (int)later["metadata"]!["generation"]!);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_write_that_changes_nothing_makes_no_new_version()
    {
        var before = await Client.GetAsync(One, Cancel);
        var after = await MergeAsync(One, """{"spec":{"address":"10.128.0.2"}}""");

        Assert.Equal((string?)before["metadata"]!["resourceVersion"], (string?)after["metadata"]!["resourceVersion"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Names_are_made_from_generateName_and_taken_names_are_refused()
    {
        var made = await Client.SendAsync(HttpMethod.Post, Maps, """{"metadata":{"generateName":"x-"}}""", Cancel, HttpStatusCode.Created);
        var taken = await Client.SendAsync(HttpMethod.Post, Maps, """{"metadata":{"name":"istio-ca-root-cert"}}""", Cancel, HttpStatusCode.Conflict);

        Assert.Matches("^x-[a-z0-9]{5}$", (string?)made["metadata"]!["name"]);
        Assert.Equal("AlreadyExists", (string?)taken["reason"]);
        Assert.Equal("configmaps \"istio-ca-root-cert\" already exists", (string?)taken["message"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_finalizer_holds_an_object_until_it_is_taken_away()
    {
        await MergeAsync(One, """{"metadata":{"finalizers":["example.org/hold"]}}""");

        var held = await Client.SendAsync(HttpMethod.Delete, One, null, Cancel);
        Assert.NotNull(held["metadata"]!["deletionTimestamp"]);
        await MergeAsync(One, """{"metadata":{"finalizers":null}}""");

        await Client.GetAsync(One, Cancel, HttpStatusCode.NotFound);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_an_object_owned_goes_with_it_unless_orphaned()
    {
        var owner = await Client.SendAsync(HttpMethod.Post, Maps, """{"metadata":{"name":"owner"}}""", Cancel, HttpStatusCode.Created);
        var reference = $$"""[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{owner["metadata"]!["uid"]}}"}]""";
        await Client.SendAsync(HttpMethod.Post, Maps, $$$"""{"metadata":{"name":"owned","ownerReferences":{{{reference}}}}}""", Cancel, HttpStatusCode.Created);

        await Client.SendAsync(HttpMethod.Delete, Maps + "/owner", null, Cancel);

        await Client.GetAsync(Maps + "/owned", Cancel, HttpStatusCode.NotFound);
    }

    [Fact(Timeout = 60_000)]
    public async Task Delete_honours_preconditions_and_collections()
    {
        await Client.SendAsync(HttpMethod.Delete, One, """{"preconditions":{"uid":"other"}}""", Cancel, HttpStatusCode.Conflict);
        await Client.SendAsync(HttpMethod.Delete, Entries + "?labelSelector=nothing%3Dhere", null, Cancel);
        await Client.GetAsync(One, Cancel);
        await Client.SendAsync(HttpMethod.Delete, Entries, null, Cancel);
        await Client.GetAsync(One, Cancel, HttpStatusCode.NotFound);
    }

    [Fact(Timeout = 60_000)]
    public async Task Json_patch_and_strategic_merge_patch_change_what_they_name()
    {
        var json = await Client.SendAsync(
            HttpMethod.Patch, One, """[{"op":"test","path":"/spec/address","value":"10.128.0.2"},{"op":"add","path":"/metadata/annotations/a~1b","value":"c"}]""",
            Cancel, type: "application/json-patch+json");
        var strategic = await Client.SendAsync(
            HttpMethod.Patch, Services + "/ratings", """{"spec":{"ports":[{"port":9081,"name":"more"}]}}""", Cancel, type: "application/strategic-merge-patch+json");
        var refused = await Client.SendAsync(
            HttpMethod.Patch, One, "{}", Cancel, HttpStatusCode.UnsupportedMediaType, "application/strategic-merge-patch+json");

        Assert.Equal("c", (string?)json["metadata"]!["annotations"]!["a/b"]);
        Assert.Equal([9080, 9081], strategic["spec"]!["ports"]!.AsArray().Select(port => (int)port!["port"]!));
        Assert.Contains("application/merge-patch+json", (string?)refused["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_service_gets_its_defaults_and_keeps_its_address()
    {
        var made = await Client.SendAsync(HttpMethod.Post, Services, """{"metadata":{"name":"new"},"spec":{"ports":[{"port":15443}]}}""", Cancel, HttpStatusCode.Created);
        var moved = await Client.SendAsync(
            HttpMethod.Patch, Services + "/new", """{"spec":{"clusterIP":"10.8.0.250"}}""", Cancel, HttpStatusCode.UnprocessableEntity, "application/merge-patch+json");

        var spec = made["spec"]!;
        Assert.Equal((15443, "TCP"), ((int)spec["ports"]![0]!["targetPort"]!, (string?)spec["ports"]![0]!["protocol"]));
        Assert.Equal(("ClusterIP", "None"), ((string?)spec["type"], (string?)spec["sessionAffinity"]));
        Assert.StartsWith("10.8.0.", (string?)spec["clusterIP"], StringComparison.Ordinal);
        Assert.Contains("may not change once set", (string?)moved["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Wrong_values_are_all_named_at_once_with_their_paths()
    {
        var refused = await Client.SendAsync(
            HttpMethod.Post, Entries, """{"metadata":{"name":"Bad_Name"},"spec":{"address":1,"weight":-1}}""", Cancel, HttpStatusCode.UnprocessableEntity);

        var fields = refused["details"]!["causes"]!.AsArray().Select(cause => (string)cause!["field"]!);
        Assert.Equal(["metadata.name", "spec.address", "spec.weight"], fields.Order());
        Assert.StartsWith("WorkloadEntry.networking.istio.io \"Bad_Name\" is invalid: [", (string?)refused["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Unknown_fields_are_pruned_with_a_warning_or_refused_as_asked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Entries + "?fieldValidation=Warn")
        {
            Content = new StringContent("""{"metadata":{"name":"a"},"spec":{"address":"1.2.3.4","adress":"x"}}""", System.Text.Encoding.UTF8, "application/json"),
        };
        using var answer = await Client.Http.SendAsync(request, Cancel);
        var strict = await Client.SendAsync(
            HttpMethod.Post, Entries + "?fieldValidation=Strict", """{"metadata":{"name":"b"},"spec":{"address":"1.2.3.4","adress":"x"}}""", Cancel, HttpStatusCode.BadRequest);

        Assert.Equal("299 - \"unknown field \\\"spec.adress\\\"\"", answer.Headers.GetValues("Warning").Single());
        Assert.DoesNotContain("adress", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.EndsWith("strict decoding error: unknown field \"spec.adress\"", (string?)strict["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Objects_of_unknown_places_kinds_and_forms_are_refused()
    {
        var home = await Client.SendAsync(HttpMethod.Post, "/api/v1/namespaces/nowhere/configmaps", """{"metadata":{"name":"a"}}""", Cancel, HttpStatusCode.NotFound);
        await Client.GetAsync("/apis/networking.istio.io/v9/workloadentries", Cancel, HttpStatusCode.NotFound);
        await Client.SendAsync(HttpMethod.Put, Maps, "{}", Cancel, HttpStatusCode.MethodNotAllowed);
        await Client.SendAsync(HttpMethod.Post, Maps, "<a/>", Cancel, HttpStatusCode.UnsupportedMediaType, "application/xml");
        await Client.SendAsync(HttpMethod.Post, Maps, "{", Cancel, HttpStatusCode.BadRequest);

        Assert.Equal("namespaces \"nowhere\" not found", (string?)home["message"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_applied_object_that_is_new_is_written_once()
    {
        var before = Api.Store.Version;
        var made = await Client.SendAsync(
            HttpMethod.Patch, Maps + "/applied?fieldManager=me", """{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"b"}}""", Cancel, HttpStatusCode.Created,
            "application/apply-patch+yaml");

        Assert.Equal(before + 1, Api.Store.Version);
        Assert.Equal("""{"f:data":{"f:a":{}}}""", made["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString());
        Assert.Equal("Apply", (string?)made["metadata"]!["managedFields"]![0]!["operation"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Unknown_fields_of_built_in_kinds_are_named_too()
    {
        var refused = await Client.SendAsync(
            HttpMethod.Post, Services + "?fieldValidation=Strict", """{"metadata":{"name":"x"},"spec":{"ports":[{"port":1,"targetport":2}]}}""", Cancel, HttpStatusCode.BadRequest);

        Assert.Contains("unknown field \"spec.ports[0].targetport\"", (string?)refused["message"], StringComparison.Ordinal);
    }

    private Task<JsonObject> MergeAsync(string path, string patch) =>
        Client.SendAsync(HttpMethod.Patch, path, patch, Cancel, type: "application/merge-patch+json");
}
