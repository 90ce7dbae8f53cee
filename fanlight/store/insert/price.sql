INSERT INTO prices (project_id, price_id, provider, model, source, version, rates, stored_at)
VALUES ({project_id:String}, {price_id:UInt64}, {provider:String}, {model:String}, {source:String}, {version:String},
    {rates:String}, now64(3))
