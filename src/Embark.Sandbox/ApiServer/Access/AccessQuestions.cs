using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Access;

/// <summary>Answers TokenReview and the access reviews: each is a POST whose answer is the object with its status.</summary>
internal sealed class AccessQuestions(Authenticator authenticator, Rbac rbac)
{
    public JsonObject Answer(string resource, UserInfo asking, JsonObject question, string @namespace)
    {
        var answer = question.Copy();
        answer.Default("metadata", new JsonObject());
        answer["status"] = resource switch
        {
            "tokenreviews" => ReviewToken(question),
            "selfsubjectreviews" => new JsonObject { ["userInfo"] = Describe(asking) },
            "selfsubjectaccessreviews" => ReviewAccess(asking, question, @namespace),
            "selfsubjectrulesreviews" => ListRules(asking, question.Text("spec", "namespace") ?? ""),
            _ => ReviewAccess(UserOf(question), question, @namespace),
        };
        return answer;
    }

    private JsonObject ReviewToken(JsonObject review)
    {
        string[] audiences = [.. review.Texts("spec", "audiences")];
        if (audiences.Length == 0)
            audiences = [ServiceAccountTokens.Issuer];
        if (review.Text("spec", "token") is not { Length: > 0 } token)
            throw Statuses.Invalid("authentication.k8s.io", "TokenReview", "", [FieldError.Required("spec.token")]);
        return authenticator.ByToken(token, audiences) is { } found
            ? new() { ["authenticated"] = true, ["user"] = Describe(found.User), ["audiences"] = JsonText.ArrayOf(found.Audiences) }
            : new() { ["user"] = new JsonObject(), ["error"] = $"[invalid bearer token, token audiences or signature not valid for {string.Join(", ", audiences)}]" };
    }

    private JsonObject ReviewAccess(UserInfo user, JsonObject review, string @namespace)
    {
        var request = RequestOf(review.Object("spec"), @namespace);
        return rbac.Allows(user, request)
            ? new() { ["allowed"] = true, ["reason"] = user.Groups.Contains(UserInfo.Masters) ? "" : "RBAC: allowed by a binding" }
            : new() { ["allowed"] = false };
    }

    private JsonObject ListRules(UserInfo user, string @namespace)
    {
        PolicyRule[] rules = user.Groups.Contains(UserInfo.Masters)
            ? [new(new JsonObject { ["verbs"] = Any(), ["apiGroups"] = Any(), ["resources"] = Any() }), new(new JsonObject { ["verbs"] = Any(), ["nonResourceURLs"] = Any() })]
            : [.. rbac.RulesFor(user, @namespace)];
        return new()
        {
            ["resourceRules"] = JsonText.ArrayOf(rules.Where(rule => !rule.IsAboutPaths).Select(rule => rule.Json.DeepClone())),
            ["nonResourceRules"] = JsonText.ArrayOf(rules.Where(rule => rule.IsAboutPaths).Select(rule => rule.Json.DeepClone())),
            ["incomplete"] = false,
        };

        static JsonArray Any() => new("*");
    }

    private static AccessRequest RequestOf(JsonObject? spec, string @namespace)
    {
        if (spec.Object("nonResourceAttributes") is { } path)
            return new(path.Text("verb") ?? "") { Path = path.Text("path") ?? "" };
        var about = spec.Object("resourceAttributes");
        return new(about.Text("verb") ?? "")
        {
            Group = about.Text("group") ?? "",
            Resource = about.Text("resource") ?? "",
            Subresource = about.Text("subresource") ?? "",
            Namespace = about.Text("namespace") ?? @namespace,
            Name = about.Text("name") ?? "",
        };
    }

    private static UserInfo UserOf(JsonObject review) => new(review.Text("spec", "user") ?? "", [.. review.Texts("spec", "groups")]);

    private static JsonObject Describe(UserInfo user)
    {
        var described = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
            described["uid"] = user.Uid;
        described["groups"] = JsonText.ArrayOf(user.Groups);
        if (user.Extra is { } extra)
            described["extra"] = new JsonObject(extra.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)new JsonArray(pair.Value))));
        return described;
    }
}
